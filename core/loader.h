/*
 * From a plugin's name to its descriptor. Called in children only: this is the one place where a
 * shared object is mapped.
 *
 * Trust (trust.h) is looked at on the open descriptors: of the directory, which the parent opened,
 * and of the file, which is then loaded through /proc/self/fd, so that nothing can be swapped in
 * between.
 */
#ifndef TFHOOK_LOADER_H
#define TFHOOK_LOADER_H

#include "err.h"
#include "text.h"

#include <tfhook/plugin.h>

/* The plugin's descriptor, copied: members that an older plugin lacks are zero. `directory` is the
 * open plugin directory, `plugin_dir` its path; the file's path goes to *ret_file. The error says
 * what to do; its status is STATUS_REJECTED. */
int loader_load(struct mem *mem, int directory, const char *plugin_dir, const char *name,
                struct tfhook_plugin *ret, const char **ret_file, struct err *err)
    __attribute__((warn_unused_result));

/* The names of the plugins in a directory, sorted. Maps nothing. 0 or a negated errno. */
int loader_names(struct mem *mem, const char *plugin_dir, struct names *ret)
    __attribute__((warn_unused_result));

#endif

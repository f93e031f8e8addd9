/*
 * From a plugin's name to its descriptor: loader_open() once a run, in the parent, then
 * loader_load() in each child. This is the one place where a shared object is mapped.
 *
 * Trust (secure_path.h) is looked at on the open descriptors: of the directory, and of the file,
 * which is then loaded through /proc/self/fd. So nothing can be swapped in between, and all calls
 * of a run are of one file.
 */
#ifndef TFHOOK_LOADER_H
#define TFHOOK_LOADER_H

#include "err.h"
#include "text.h"

#include <tfhook/plugin.h>

struct plugin_file {
    const char *name; /* of the plugin */
    const char *path; /* for messages */
    const char *link; /* below /proc/self/fd: what is loaded */
    int fd;           /* open until the run ends */
};

/* `directory` is the open plugin directory, `plugin_dir` its path. The error says what to do; its
 * status is STATUS_REJECTED. */
int loader_open(struct mem *mem, int directory, const char *plugin_dir, const char *name,
                struct plugin_file *ret, struct err *err) __attribute__((warn_unused_result));

/* The plugin's descriptor, copied: members that an older plugin lacks are zero. Errors as above. */
int loader_load(const struct plugin_file *file, struct tfhook_plugin *ret, struct err *err)
    __attribute__((warn_unused_result));

/* The names of the plugins in a directory, sorted. Maps nothing. 0 or a negated errno. */
int loader_names(struct mem *mem, const char *plugin_dir, struct names *ret)
    __attribute__((warn_unused_result));

#endif

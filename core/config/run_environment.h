/*
 * Where and when a run takes place: the tree, tfhook's own directories, this host, the clock. Set
 * up once from the command line and the config, then constant.
 */
#ifndef TFHOOK_RUN_ENVIRONMENT_H
#define TFHOOK_RUN_ENVIRONMENT_H

#include "mem.h"
#include "root_dir.h"

#include <stdint.h>

struct run_environment {
    struct root root;
    const char *state_dir;  /* OS path */
    const char *plugin_dir; /* OS path */
    const char *hostname;
    const char *short_name; /* up to the first dot, in lower case */
    int64_t now;            /* seconds since the epoch; SOURCE_DATE_EPOCH sets it */
};

/* Host names and clock; the directories are the caller's to set. */
void run_environment_init(struct mem *mem, struct run_environment *ret);

/* A path as a plugin or the config names it to the OS path, links followed; paths that begin with
 * TFHOOK_NOTES lead below the state directory. 0 or a negated errno. */
int run_environment_resolve(const struct run_environment *environment, struct mem *mem,
                            const char *plugin, const char *path, const char **ret)
    __attribute__((warn_unused_result));

#endif

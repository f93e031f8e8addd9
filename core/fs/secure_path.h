/*
 * Whether others can change what this process is about to act on: a plugin that it maps, a config
 * that says which commands it runs, a journal that says which files are put back.
 *
 * Trusted is what belongs to root (or to the user who runs tfhook) and nobody else can write; of a
 * directory that is sticky nobody else can write what is in it. Every directory from the root on is
 * looked at, each through the open descriptor from which the next is opened, and the descriptor of
 * the last is what the caller then uses: there is no moment in which a name could come to mean
 * something else. Paths have their links followed already (secure_path_resolve()); a link that is
 * there all the same is refused.
 *
 * Errors name the part at fault and how to mend it; their status is STATUS_REJECTED. `what` begins
 * the message, e.g. "the config /etc/x is not read".
 */
#ifndef TFHOOK_SECURE_PATH_H
#define TFHOOK_SECURE_PATH_H

#include "err.h"
#include "root_dir.h"

#include <stdbool.h>

/* The OS path behind all links, as far as it is there. Links must be root's (or the user's) too:
 * who can set one chooses among root's files. 0 or -1. */
int secure_path_resolve(struct mem *mem, const struct root *root, const char *path,
                        const char *what, const char **ret, struct err *err)
    __attribute__((warn_unused_result));

/* An open descriptor of a directory (O_PATH), or -1. */
int secure_path_open_directory(const char *path, const char *what, struct err *err)
    __attribute__((warn_unused_result));

/* Of one whose entries count by their names: nobody else makes any, so that sticky does not do. As
 * far as the path is there: who makes the rest asks again. 0 or -1. */
int secure_path_check_directory(const char *path, const char *what, struct err *err)
    __attribute__((warn_unused_result));

/* An open descriptor of a regular file, to read; or -1. `name` is opened in `directory`, which is
 * looked at again; its path is for messages. */
int secure_path_open_file(struct mem *mem, int directory, const char *directory_path,
                          const char *name, const char *what, struct err *err)
    __attribute__((warn_unused_result));

#endif

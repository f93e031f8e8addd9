/*
 * The tree that a run works on: "/" or the directory of --root. Turns the paths of config and
 * plugins into paths that the kernel knows, with every symbolic link followed inside the root, so
 * that no link leads out of it.
 */
#ifndef TFHOOK_ROOT_DIR_H
#define TFHOOK_ROOT_DIR_H

#include "mem.h"

#include <sys/types.h>

/* What was resolved of late, for who resolves many paths of a few directories in a short time: a
 * plugin's call, which sees a link as it was at its first look. Strings live in `mem`. */
struct root_cache {
    struct mem *mem;
    struct {
        const char *path; /* as it was asked for; NULL: unused */
        const char *real; /* as the kernel knows it */
    } items[64];
    size_t next;
};

struct root {
    const char *dir;          /* real path without a slash at its end; "" for "/" */
    struct root_cache *cache; /* NULL: every path is walked */
};

/* The last component may be missing (missing ones above it too, which are then taken literally).
 * 0 and the OS path in *ret, or a negated errno: -EINVAL for a relative path, -ELOOP, -EACCES, ...
 */
int root_resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
    __attribute__((warn_unused_result));

/* The same, and whose the links are that were followed: 0 for none, or root's and the caller's own.
 * ROOT_SEVERAL_OWNERS, to whom nothing belongs: of more than one other user. */
#define ROOT_SEVERAL_OWNERS ((uid_t)-1)
int root_resolve_links(const struct root *root, struct mem *mem, const char *path, const char **ret,
                       uid_t *ret_owner) __attribute__((warn_unused_result));

const char *root_owner_text(struct mem *mem, uid_t owner);

/* The path as the user of --root sees it: the OS path without the root in front. */
const char *root_inside(const struct root *root, const char *os_path);

#endif

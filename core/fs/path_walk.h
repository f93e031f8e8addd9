/*
 * One walk along a path, from the open descriptor of each directory to the next, so that nothing
 * can be put into the way behind it. What becomes of a link, and what is looked at on the way, is
 * the caller's to say. What core reads, writes and removes of the site goes by it.
 *
 *     struct path_walk walk = {.visit = check_owner, .context = &check};
 *     int fd = path_walk(&walk, "/etc/tfhook");
 *
 * Nothing is allocated.
 */
#ifndef TFHOOK_PATH_WALK_H
#define TFHOOK_PATH_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct path_walk {
    /* --- the caller's --- */
    /* Links are followed, and none leads out of this directory, which is "/" of the path; a real
     * path without a slash at its end, "" for "/". NULL: a link is -ELOOP. */
    const char *root;
    /* Of everything on the way, the first directory and links included; NULL: none. When it
     * returns a negative number the walk ends with that. */
    int (*visit)(const struct path_walk *walk, const struct stat *st);
    void *context;
    /* --- the walk's --- */
    char path[PATH_MAX]; /* as far as it has come, the root included and links followed: what is
                            visited, or has failed; "" for "/" */
    bool at_end;         /* that is the end of the path */
};

/* A descriptor (O_PATH) of what the absolute path leads to, or a negated errno. With a root:
 * -ENOENT leaves in walk->path where the path would lead to, what is missing of it taken literally.
 */
int path_walk(struct path_walk *walk, const char *path) __attribute__((warn_unused_result));

/* The directory in which a path without links lies, opened so that none on the way is followed:
 * what is then done to the name in it cannot be led elsewhere, whoever owns a directory above.
 *
 * Order: open_parent_nofollow(), an *at() call with `fd` and `name`, descriptor_close(). Errors are
 * negated errno values: -ELOOP where a link is. */
struct parent {
    int fd;           /* O_PATH */
    const char *name; /* the last part, in the caller's path */
};

int open_parent_nofollow(const char *path, struct parent *ret) __attribute__((warn_unused_result));

/* The directory itself, opened in the same way; a descriptor or a negated errno. */
int open_directory_nofollow(const char *path) __attribute__((warn_unused_result));

#endif

/*
 * The directory in which a path lies, opened so that no link on the way there is followed: what is
 * then done to the name in it cannot be led elsewhere, whoever owns a directory above.
 *
 * Order: open_parent_nofollow(), an *at() call with `fd` and `name`, descriptor_close(). Paths are
 * OS paths without links. Errors are negated errno values: -ELOOP where a link is. Nothing is
 * allocated.
 */
#ifndef TFHOOK_OPEN_NOFOLLOW_H
#define TFHOOK_OPEN_NOFOLLOW_H

struct parent {
    int fd;           /* O_PATH */
    const char *name; /* the last part, in the caller's path */
};

int open_parent_nofollow(const char *path, struct parent *ret) __attribute__((warn_unused_result));

/* The directory itself, opened in the same way; a descriptor or a negated errno. */
int open_directory_nofollow(const char *path) __attribute__((warn_unused_result));

#endif

/*
 * Files as the kernel has them: read whole, written beside their target, synced. Paths here are OS
 * paths without symbolic links (root_resolve() gave them), and none is followed: one that is there
 * all the same, in whatever part, is an error (path_walk.h).
 *
 * Errors are negated errno values; what they mean to a person is said by the caller, who knows why
 * the file matters.
 */
#ifndef TFHOOK_FILE_H
#define TFHOOK_FILE_H

#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum { FILE_LIMIT = 64 * 1024 * 1024 };

/* A regular file of at most `limit` bytes, else -EFBIG, -EISDIR, -EINVAL (neither) or -ELOOP (a
 * link); -EAGAIN when it grows meanwhile. */
int file_read(struct mem *mem, const char *path, size_t limit, struct blob *ret)
    __attribute__((warn_unused_result));

/* The SHA-256 of a file, which is not kept; errors are those of file_read(). */
int file_digest(struct mem *mem, const char *path, size_t limit, const char **ret)
    __attribute__((warn_unused_result));

/* A new file with this content, synced. It takes owner, mode, ACL and extended attributes of the
 * file `like`, when that is not NULL, and a time of change after that file's; then the mode,
 * when that is not -1. It is never readable by more users than it will be at its end. */
int file_create(const char *path, const struct blob *content, int mode, const char *like)
    __attribute__((warn_unused_result));

/* Of a file that somebody has written, and who may have died before the sync. */
int file_sync(const char *path) __attribute__((warn_unused_result));

/* A rename or an unlink holds only when the directory is synced; so does a directory's own mode. */
int file_sync_directory(const char *path) __attribute__((warn_unused_result));
int file_sync_parent(const char *path) __attribute__((warn_unused_result));
/* Every directory above, up to the root. */
int file_sync_ancestors(const char *path) __attribute__((warn_unused_result));

struct file_owner {
    uid_t uid;
    gid_t gid;
};

/* A new directory, with this mode from its first moment on, synced but for its name. owner: NULL is
 * this process's. */
int file_create_directory(const char *path, unsigned mode, const struct file_owner *owner)
    __attribute__((warn_unused_result));

/* A directory that may be there already; a new one is synced into its parent. */
int file_make_directory(const char *path, unsigned mode) __attribute__((warn_unused_result));

const char *file_parent(struct mem *mem, const char *path);

/* Gone afterwards, or was not there. */
int file_remove(const char *path) __attribute__((warn_unused_result));
/* The same where a failure is not worth a word. */
void file_discard(const char *path);
/* The same for an empty directory; one that is not empty stays. */
int file_remove_directory(const char *path) __attribute__((warn_unused_result));

/* lstat(2), rename(2) and link(2). The two names lie in one directory, else -EXDEV. */
int file_stat(const char *path, struct stat *ret) __attribute__((warn_unused_result));
int file_rename(const char *from, const char *to) __attribute__((warn_unused_result));
int file_link(const char *from, const char *to) __attribute__((warn_unused_result));

/* Two names of one file. */
bool file_is_one(const char *path, const char *other);

/* The names in a directory but . and .., in no order. */
int file_list(struct mem *mem, const char *path, struct names *ret)
    __attribute__((warn_unused_result));

/* An unpredictable name beside `path`. */
const char *file_temp_name(struct mem *mem, const char *path);

/* Whole content replaced by rename, synced, for files of tfhook's own. */
int file_replace(struct mem *mem, const char *path, const struct blob *content, int mode)
    __attribute__((warn_unused_result));

#endif

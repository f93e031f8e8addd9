/* What file.h does to the names of files: no content is looked at. */
#include "file.h"

#include "open_nofollow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int remove_name(const char *path, int flags)
{
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    do {
        rc = unlinkat(parent.fd, parent.name, flags) < 0 ? -errno : 0;
    } while (rc == -EINTR);
    close_parent(&parent);
    return rc;
}

int file_remove(const char *path)
{
    int rc = remove_name(path, 0);
    return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

void file_discard(const char *path)
{
    (void)remove_name(path, 0);
}

int file_remove_directory(const char *path)
{
    int rc = remove_name(path, AT_REMOVEDIR);
    return rc == -ENOENT || rc == -ENOTDIR || rc == -ENOTEMPTY || rc == -EEXIST ? 0 : rc;
}

int file_stat(const char *path, struct stat *ret)
{
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    rc = fstatat(parent.fd, parent.name, ret, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
    close_parent(&parent);
    return rc;
}

/* Both names lie in one directory, so that they cannot be led apart. */
static int open_for_both(const char *path, const char *other, struct parent *ret,
                         const char **ret_other)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (strncmp(path, other, length) != 0 || strchr(other + length, '/') != NULL)
        return -EXDEV;
    *ret_other = other + length;
    return open_parent_nofollow(path, ret);
}

int file_rename(const char *from, const char *to)
{
    struct parent parent;
    const char *name = NULL;
    int rc = open_for_both(from, to, &parent, &name);
    if (rc < 0)
        return rc;
    rc = renameat(parent.fd, parent.name, parent.fd, name) < 0 ? -errno : 0;
    close_parent(&parent);
    return rc;
}

int file_link(const char *from, const char *to)
{
    struct parent parent;
    const char *name = NULL;
    int rc = open_for_both(from, to, &parent, &name);
    if (rc < 0)
        return rc;
    rc = linkat(parent.fd, parent.name, parent.fd, name, 0) < 0 ? -errno : 0;
    close_parent(&parent);
    return rc;
}

bool file_is_one(const char *path, const char *other)
{
    struct stat st, its;
    return file_stat(path, &st) == 0 && file_stat(other, &its) == 0 && st.st_dev == its.st_dev &&
           st.st_ino == its.st_ino;
}

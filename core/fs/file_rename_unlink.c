/* What file.h does to the names of files: no content is looked at. */
#include "file.h"

#include "descriptors.h"
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
    rc = unlinkat(parent.fd, parent.name, flags) < 0 ? -errno : 0;
    descriptor_close(&parent.fd);
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
    descriptor_close(&parent.fd);
    return rc;
}

/* Both names lie in one directory, so that they cannot be led apart. */
static int give_name(const char *path, const char *other, bool keep)
{
    struct parent parent;
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    const char *name = other + length;
    if (strncmp(path, other, length) != 0 || strchr(name, '/') != NULL)
        return -EXDEV;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    rc = keep ? linkat(parent.fd, parent.name, parent.fd, name, 0)
              : renameat(parent.fd, parent.name, parent.fd, name);
    rc = rc < 0 ? -errno : 0;
    descriptor_close(&parent.fd);
    return rc;
}

int file_rename(const char *from, const char *to)
{
    return give_name(from, to, false);
}

int file_link(const char *from, const char *to)
{
    return give_name(from, to, true);
}

bool file_is_one(const char *path, const char *other)
{
    struct stat st, its;
    return file_stat(path, &st) == 0 && file_stat(other, &its) == 0 && st.st_dev == its.st_dev &&
           st.st_ino == its.st_ino;
}

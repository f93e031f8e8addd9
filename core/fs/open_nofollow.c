#include "open_nofollow.h"

#include "path_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int open_parent_nofollow(const char *path, struct parent *ret)
{
    char way[PATH_MAX] = "/";
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == NULL)
        return -EINVAL;
    if (length + 1 >= sizeof way)
        return -ENAMETOOLONG;
    if (length > 0)
        memcpy(way, path, length);
    struct path_walk walk = {0};
    int fd = path_walk(&walk, way);
    if (fd < 0)
        return fd;
    *ret = (struct parent){fd, slash[1] == '\0' ? "." : slash + 1}; /* the root is in no other */
    return 0;
}

void close_parent(struct parent *parent)
{
    int error = errno;
    (void)close(parent->fd);
    errno = error;
}

int open_directory_nofollow(const char *path)
{
    struct path_walk walk = {0};
    struct parent itself = {.fd = path_walk(&walk, path)};
    if (itself.fd < 0)
        return itself.fd;
    int fd = openat(itself.fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = fd < 0 ? -errno : fd;
    close_parent(&itself);
    return rc;
}

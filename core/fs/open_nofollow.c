#include "open_nofollow.h"

#include "descriptors.h"
#include "path_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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

int open_directory_nofollow(const char *path)
{
    struct path_walk walk = {0};
    int itself = path_walk(&walk, path);
    if (itself < 0)
        return itself;
    int fd = openat(itself, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = fd < 0 ? -errno : fd;
    descriptor_close(&itself);
    return rc;
}

#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool process_name_is_valid(const char *name)
{
    if (name == NULL || name[0] == '\0' || name[0] == '/')
        return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strcmp(part, "..") == 0 || strncmp(part, "../", 3) == 0)
            return false;
    }
    return true;
}

/* Files of /proc have no size to go by. */
static int read_all(struct mem *mem, int fd, size_t limit, struct blob *ret)
{
    static unsigned char data[PROCESS_LIMIT + 1];
    size_t size = 0;
    ssize_t got = 0;
    while (size <= limit && (got = read(fd, data + size, limit + 1 - size)) != 0) {
        if (got < 0 && errno != EINTR)
            break;
        size += got > 0 ? (size_t)got : 0;
    }
    int rc = got < 0 ? -errno : size > limit ? -EFBIG : 0;
    if (rc == 0)
        *ret = (struct blob){mem_copy(mem, data, size), size};
    explicit_bzero(data, size); /* it may be an environment */
    return rc;
}

static int read_target(struct mem *mem, const char *path, struct blob *ret)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0)
        return -errno;
    *ret = (struct blob){mem_copy(mem, target, (size_t)length), (size_t)length};
    return 0;
}

int process_read(struct mem *mem, long pid, const char *name, size_t limit, struct blob *ret)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return -ENAMETOOLONG;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP ? read_target(mem, path, ret) : -errno;
    int rc = read_all(mem, fd, limit == 0 || limit > PROCESS_LIMIT ? PROCESS_LIMIT : limit, ret);
    (void)close(fd);
    return rc;
}

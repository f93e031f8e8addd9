#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PART = 4096 };

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

/* Files of /proc have no size to go by; nearly all fit into one part. */
static int read_all(struct mem *mem, int fd, size_t limit, struct blob *ret)
{
    unsigned char part[PART];
    unsigned char *data = NULL;
    size_t room = 0, size = 0;
    ssize_t got = 0;
    int rc = 0;
    while (rc == 0 && (got = read(fd, part, sizeof part)) != 0) {
        if (got < 0) {
            rc = errno == EINTR ? 0 : -errno;
            continue;
        }
        if (size + (size_t)got > limit) {
            rc = -EFBIG;
            continue;
        }
        if (size + (size_t)got > room) {
            room = (size + (size_t)got) * (size > 0 ? 4 : 1);
            unsigned char *larger = mem_alloc(mem, room + 1);
            if (size > 0) {
                memcpy(larger, data, size);
                explicit_bzero(data, size); /* it may be an environment */
            }
            data = larger;
        }
        memcpy(data + size, part, (size_t)got);
        size += (size_t)got;
    }
    explicit_bzero(part, sizeof part);
    if (rc < 0 && size > 0)
        explicit_bzero(data, size);
    if (rc == 0)
        *ret = (struct blob){data == NULL ? (const unsigned char *)"" : data, size};
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

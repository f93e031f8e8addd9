#include "open_nofollow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

enum { WAY = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int by_kernel(const char *path, int flags)
{
#if defined __NR_openat2 && defined RESOLVE_NO_SYMLINKS
    /* The kernel's own number, for the C library may be older than its headers. With O_NOFOLLOW a
     * link at the end would be opened itself, and be no directory. */
    const struct open_how how = {.flags = (unsigned)(flags & ~O_NOFOLLOW),
                                 .resolve = RESOLVE_NO_SYMLINKS};
    long fd = syscall(__NR_openat2, AT_FDCWD, path, &how, sizeof how);
    return fd < 0 ? -errno : (int)fd;
#else
    (void)path;
    (void)flags;
    return -ENOSYS;
#endif
}

static bool is_link(int above, const char *name)
{
    int error = errno;
    char any;
    bool link = readlinkat(above, name, &any, 1) >= 0;
    errno = error;
    return link;
}

/* Each part from the descriptor of the one before; `path` is taken apart. */
static int by_parts(char *path, int flags)
{
    char *rest = path + strspn(path, "/");
    int fd = open(path[0] == '/' ? "/" : ".", *rest == '\0' ? flags : WAY);
    while (fd >= 0 && rest != NULL && *rest != '\0') {
        const char *part = strsep(&rest, "/");
        if (rest != NULL)
            rest += strspn(rest, "/");
        bool last = rest == NULL || *rest == '\0';
        int above = fd;
        fd = openat(above, part, last ? flags : WAY);
        /* A link is no directory to O_PATH. */
        if (fd < 0 && errno == ENOTDIR && is_link(above, part))
            errno = ELOOP;
        close_parent(&(struct parent){.fd = above});
    }
    return fd < 0 ? -errno : fd;
}

static int open_way(char *path, int flags)
{
    static bool no_openat2;
    int fd = no_openat2 ? -ENOSYS : by_kernel(path, flags);
    /* Some sandboxes answer EPERM for what they do not know. */
    if (fd != -ENOSYS && fd != -EPERM)
        return fd;
    no_openat2 = true;
    return by_parts(path, flags);
}

int open_parent_nofollow(const char *path, struct parent *ret)
{
    char way[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length + 1 >= sizeof way)
        return -ENAMETOOLONG;
    memcpy(way, path, length);
    if (length == 0)
        way[length++] = slash == NULL ? '.' : '/';
    way[length] = '\0';
    int fd = open_way(way, WAY);
    if (fd < 0)
        return fd;
    const char *name = slash == NULL ? path : slash + 1;
    *ret = (struct parent){fd, *name == '\0' ? "." : name}; /* the root has no name in another */
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
    char way[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof way)
        return -ENAMETOOLONG;
    memcpy(way, path, length + 1);
    return open_way(way, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

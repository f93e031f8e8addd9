#include "descriptors.h"

#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

void descriptor_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static bool is_kept(int fd, const int *keep, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (keep[i] == fd)
            return true;
    return false;
}

/* The least that is kept, from `from` on; INT_MAX: none. */
static int next_kept(int from, const int *keep, size_t count)
{
    int next = INT_MAX;
    for (size_t i = 0; i < count; i++)
        if (keep[i] >= from && keep[i] < next)
            next = keep[i];
    return next;
}

/* Everything between two that are kept, at once; false where the kernel (before 5.9) cannot. */
static bool close_ranges(const int *keep, size_t count)
{
#ifdef SYS_close_range
    for (int from = 3;;) {
        int kept = next_kept(from, keep, count);
        unsigned last = kept == INT_MAX ? UINT_MAX : (unsigned)kept - 1;
        if (kept > from && syscall(SYS_close_range, (unsigned)from, last, 0) < 0)
            return false;
        if (kept == INT_MAX)
            return true;
        from = kept + 1;
    }
#else
    (void)next_kept;
    (void)keep;
    (void)count;
    return false;
#endif
}

void descriptors_close_all_but(const int *keep, size_t count)
{
    if (close_ranges(keep, count))
        return;
    DIR *dir = opendir("/proc/self/fd");
    if (dir == NULL) {
        for (int fd = 3; fd < 1024; fd++)
            if (!is_kept(fd, keep, count))
                (void)close(fd);
        return;
    }
    int own = dirfd(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        long fd = 0;
        if (text_number(entry->d_name, 3, INT_MAX, &fd) && fd != own &&
            !is_kept((int)fd, keep, count))
            (void)close((int)fd);
    }
    (void)closedir(dir);
}

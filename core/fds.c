#include "fds.h"

#include "text.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEPT_MAX = 8 };

static bool is_kept(int fd, const int *keep, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (keep[i] == fd)
            return true;
    return false;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Everything between two that are kept, at once; false where the kernel (before 5.9) cannot. */
static bool close_ranges(const int *keep, size_t count)
{
#ifdef SYS_close_range
    int sorted[KEPT_MAX];
    unsigned from = 3;
    if (count > KEPT_MAX)
        return false;
    memcpy(sorted, keep, count * sizeof *keep);
    qsort(sorted, count, sizeof *sorted, by_number);
    for (size_t i = 0; i < count; i++) {
        if (sorted[i] < (int)from)
            continue;
        if (sorted[i] > (int)from && syscall(SYS_close_range, from, (unsigned)sorted[i] - 1, 0) < 0)
            return false;
        from = (unsigned)sorted[i] + 1;
    }
    return syscall(SYS_close_range, from, UINT_MAX, 0) == 0;
#else
    (void)by_number;
    (void)keep;
    (void)count;
    return false;
#endif
}

void fds_close_all_but(const int *keep, size_t count)
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

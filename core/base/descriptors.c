#include "descriptors.h"

#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

void descriptor_close(int *fd)
{
    int error = errno;
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = error;
}

int descriptor_write(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno != EINTR)
            return -errno;
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return 0;
}

int descriptor_read(struct mem *mem, int fd, size_t limit, struct blob *ret)
{
    unsigned char *data = mem_alloc(mem, limit + 2); /* for a byte too many, and a NUL */
    size_t size = 0;
    ssize_t got = 0;
    while (size <= limit && (got = read(fd, data + size, limit + 1 - size)) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        size += got > 0 ? (size_t)got : 0;
    }
    if (size > limit)
        return -EFBIG;
    *ret = (struct blob){data, size};
    return 0;
}

struct numbers {
    int *items;
    size_t count;
};

/* Those from 3 on; none where /proc is not mounted. */
static struct numbers list_open(struct mem *mem)
{
    struct numbers numbers = {0};
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        long fd = 0;
        if (text_number(entry->d_name, 3, INT_MAX, &fd) && fd != dirfd(dir))
            *mem_push(mem, numbers.items, numbers.count) = (int)fd;
    }
    if (dir != NULL)
        (void)closedir(dir);
    return numbers;
}

void descriptors_close_all_but(const int *keep, size_t count)
{
    struct mem mem = {0};
    struct numbers open = list_open(&mem);
    for (size_t i = 0; i < open.count; i++) {
        bool stays = false;
        for (size_t k = 0; k < count; k++)
            stays |= keep[k] == open.items[i];
        if (!stays)
            (void)close(open.items[i]);
    }
    mem_free(&mem);
}

static struct numbers inherited;

void descriptors_note_inherited(struct mem *mem)
{
    inherited = list_open(mem);
}

void descriptors_close_inherited(void)
{
    for (size_t i = 0; i < inherited.count; i++)
        (void)close(inherited.items[i]);
}

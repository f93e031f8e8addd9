/*
 * What /proc tells of processes. The kernel decides what the caller may see; a process that
 * Landlock binds (landlock.h) sees little of others.
 */
#ifndef TFHOOK_PROCFS_H
#define TFHOOK_PROCFS_H

#include "blob.h"
#include "mem.h"

#include <stdbool.h>

struct program {
    long pid;
    const char *path; /* NULL: it could not be read, */
    int error;        /* for this reason */
};

struct programs {
    struct program *items;
    size_t count;
};

/* Is it the name of something below /proc/PID? */
bool process_name_is_valid(const char *name);
/* Of one that can be read without waiting for anybody: exe, cwd, root. */
bool process_name_is_link(const char *name);

/* The content of /proc/PID/NAME, or the target of a link; at most `limit` bytes, or PROCESS_LIMIT.
 * 0 or a negated errno, -EFBIG when there is more. */
enum { PROCESS_LIMIT = 4 * 1024 * 1024 };
int process_read(struct mem *mem, long pid, const char *name, size_t limit, struct blob *ret)
    __attribute__((warn_unused_result));

/* What each process runs. */
void process_programs(struct mem *mem, struct programs *ret);

#endif

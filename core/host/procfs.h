/*
 * What /proc tells of processes. The kernel decides what the caller may see.
 */
#ifndef TFHOOK_PROCFS_H
#define TFHOOK_PROCFS_H

#include "blob.h"
#include "mem.h"

#include <stdbool.h>

/* Is it the name of something below /proc/PID? */
bool process_name_is_valid(const char *name);
/* The content of /proc/PID/NAME, or the target of a link; at most `limit` bytes, or PROCESS_LIMIT.
 * 0 or a negated errno, -EFBIG when there is more. */
enum { PROCESS_LIMIT = 4 * 1024 * 1024 };
int process_read(struct mem *mem, long pid, const char *name, size_t limit, struct blob *ret)
    __attribute__((warn_unused_result));

#endif

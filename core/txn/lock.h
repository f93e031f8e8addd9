/*
 * One writer at a time: a flock on STATE/lock. The file is never unlinked, so that there is one
 * inode to lock; it says who holds the lock. The descriptor is closed in every child.
 */
#ifndef TFHOOK_LOCK_H
#define TFHOOK_LOCK_H

#include "err.h"
#include "log.h"

/* Waits up to `wait` seconds. The descriptor, which holds the lock until it is closed; -1 with
 * STATUS_LOCKED and the holder's pid, command and start in the error. Makes the state directory. */
int lock_take(struct mem *mem, const struct log *log, const char *state_dir, const char *command,
              const char *now, long wait, struct err *err) __attribute__((warn_unused_result));

#endif

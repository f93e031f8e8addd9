/*
 * The lock; and settling transactions whose run died, from the disk alone: no plugin, config or
 * site is needed. What is done in which state is told in recovery.c.
 *
 *     prep    -> undone          (or it stays, and a person is needed)
 *     open    -> undone | stuck
 *     stuck   -> undone | stuck
 *     any of these: a person decides, --restore -> undone | stuck, --keep -> done | undone
 */
#ifndef TFHOOK_RECOVERY_H
#define TFHOOK_RECOVERY_H

#include "change_set.h"
#include "err.h"
#include "log.h"

/* --- the lock --- */

/* One writer at a time: a flock on STATE/lock. The file is never unlinked, so that there is one
 * inode to lock; it says who holds the lock. The descriptor is closed in every child.
 *
 * Waits up to `wait` seconds. The descriptor, which holds the lock until it is closed; -1 with
 * STATUS_LOCKED and the holder's pid, command and start in the error. Makes the state directory. */
int lock_take(struct mem *mem, const struct log *log, const char *state_dir, const char *command,
              const char *now, long wait, struct err *err) __attribute__((warn_unused_result));

/* --- recovery --- */

/* The caller holds the lock, and owns all of it. */
struct recovery {
    struct mem *mem;
    const char *state_dir;
    const struct log *log;
    struct change_set *undone; /* what was put back is added to it; NULL: it is not asked for */
    long seq;                  /* then the transaction that was put back last; 0: none */
};

/* Every interrupted transaction settled, and said so. -1 with STATUS_STUCK when one is stuck. */
int recovery_settle_all(struct recovery *recovery, struct err *err)
    __attribute__((warn_unused_result));

/* The old bytes back, or the disk left as it is, of the transaction of this number, which is
 * interrupted or stuck. *ret_applied: it is done now, else undone. */
int recovery_restore(struct recovery *recovery, long seq, struct err *err)
    __attribute__((warn_unused_result));
int recovery_keep(struct recovery *recovery, long seq, bool *ret_applied, struct err *err)
    __attribute__((warn_unused_result));

/* For commands that change nothing, and need no lock: say that something waits to be settled. */
void recovery_warn(struct mem *mem, const struct log *log, const char *state_dir);

#endif

/*
 * What every command that changes something does first.
 *
 * Order: lock_and_recover(), or lock_session() and then recover_interrupted(). From the lock on
 * INT, TERM and HUP end the call at hand and undo the transaction.
 */
#ifndef TFHOOK_LOCK_AND_RECOVER_H
#define TFHOOK_LOCK_AND_RECOVER_H

#include "session.h"

/* The lock alone. */
int lock_session(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* What an earlier run left half done, settled, or with --restore or --keep the one that is named;
 * what it came to is told in the report. What was put back is added to `undone` unless that is
 * NULL. */
int recover_interrupted(struct session *session, struct change_set *undone, struct err *err)
    __attribute__((warn_unused_result));

/* Both. */
int lock_and_recover(struct session *session, struct err *err) __attribute__((warn_unused_result));

#endif

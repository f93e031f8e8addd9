/*
 * What every command that changes something does first, and at a failure.
 *
 * Order: writer_begin(), or writer_lock() and then writer_settle(). From the lock on INT, TERM and
 * HUP end the call at hand and undo the transaction.
 */
#ifndef TFHOOK_LOCK_AND_RECOVER_H
#define TFHOOK_LOCK_AND_RECOVER_H

#include "recovery.h"
#include "report.h"
#include "session.h"
#include "transaction.h"

/* The lock alone. */
int writer_lock(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* What an earlier run left half done, settled; what was put back is added to `undone` unless that
 * is NULL. */
int writer_settle(struct session *session, struct report *report, struct stage *undone,
                  struct err *err) __attribute__((warn_unused_result));

/* Both. */
int writer_begin(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));

/* The parts of writer_settle(), for who settles one: a recovery, and after it what it came to, by
 * its result, told in the report. Returns the result. */
struct recovery writer_recovery(struct session *session, struct stage *undone);
int writer_report_settled(struct report *report, const struct recovery *recovery, int result,
                          const struct err *err);

/* A transaction that is open cannot be committed: undo it. Always -1; the reason that is in err
 * gets "everything was rolled back" behind it, or STATUS_STUCK. */
int writer_undo(struct report *report, struct txn *txn, struct err *err);

#endif

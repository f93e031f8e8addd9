/*
 * Steps turned into a committed transaction: plan, show, ask, apply, verify, commit, or all undone.
 * Called by apply, and by wrap and deploy at each hook. The caller holds the lock.
 */
#ifndef TFHOOK_TRANSACT_H
#define TFHOOK_TRANSACT_H

#include "run.h"
#include "transaction.h"

struct transact {
    struct selection selection;
    const char *command; /* for history */
    bool show;           /* print the plan before it is applied */
    bool ask;            /* and have it confirmed */
};

/* 0, with the transaction's number in report.transaction when there was something to do. -1: all is
 * as it was, or STATUS_STUCK. report.result says which. A step with on-failure = ignore that fails
 * its verification is dropped: all is undone and done again without it. */
int transact(struct run *run, const struct transact *what, struct err *err)
    __attribute__((warn_unused_result));

/* The lock alone. From here on INT, TERM and HUP end the call at hand and undo the transaction. */
int transact_lock(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* Lock, and settle what an earlier run left half done; the first thing every writer does. */
int transact_begin(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* A transaction that is open cannot be committed: undo it. Always -1; the reason that is in err
 * gets "everything was rolled back" behind it, or STATUS_STUCK. */
int transact_undo(struct run *run, struct txn *txn, struct err *err);

#endif

/*
 * All of a run's changes, or none. Atomic for each file, recoverable for the set: at whatever
 * instant tfhook, the machine or its power dies, every file is as it was or as it was to be, and
 * the next run says which and undoes what is half done.
 *
 *     txn_begin    prep: targets checked; journal, backups and temp files beside the targets
 *                  written and synced. A lack of space, rights or quota shows up here, where no
 *                  target is touched yet.
 *     txn_apply    open: each target is checked again and renamed over; directories are synced.
 *     (the caller has the steps verify)
 *     txn_commit   done: the rename of the journal's directory is the commit. It is refused when a
 *                  target has changed since it was replaced, or when a program that had it open
 *                  has written into the old file (conflict_copy.c). What such a program writes
 *                  after the commit is lost.
 *     txn_undo     undone: the old files renamed back by their second names (hard links that prep
 *                  made), or written anew from the backups; line edits in a file that has changed
 *                  are undone in it as it is. Or stuck, when a file is neither what it was nor what
 *                  we made of it, or cannot be put back.
 *
 * What fails in txn_begin has changed nothing, and what it wrote beside the targets is taken away
 * again. What fails in txn_apply or txn_commit is undone before they return; the error says so, and
 * its status is STATUS_STUCK when that was not possible. The caller holds the lock.
 */
#ifndef TFHOOK_TRANSACTION_H
#define TFHOOK_TRANSACTION_H

#include "journal.h"
#include "log.h"
#include "run_environment.h"

/* The caller sets the first three, and of the journal who asks for the changes, for what: command,
 * hook, user, undoes and partial. */
struct txn {
    struct mem *mem;
    const struct run_environment *environment;
    const struct log *log;
    struct journal journal;
};

int txn_begin(struct txn *txn, const struct change_set *changes, struct err *err)
    __attribute__((warn_unused_result));
int txn_apply(struct txn *txn, struct err *err) __attribute__((warn_unused_result));
int txn_commit(struct txn *txn, struct err *err) __attribute__((warn_unused_result));
/* Undone for the reason that `err` has, to which it is added how that went: all is as it was, or
 * STATUS_STUCK. -1, as it is a failure's end. */
int txn_undo(struct txn *txn, struct err *err) __attribute__((warn_unused_result));

/* Of txn_begin() alone (prepare.c): every target checked against what the steps saw, the journal's
 * entries made, all of it written. What was written stays when it fails: the journal names it. */
int prepare(struct txn *txn, const struct change_set *changes, struct err *err)
    __attribute__((warn_unused_result));

#endif

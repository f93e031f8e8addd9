/*
 * The first part of a transaction: all that can fail for want of space, rights or quota, before any
 * target is touched. Called by txn_begin() alone.
 *
 * On the disk, in this order: the directory SEQ.prep with the journal, and then, file by file, the
 * backup in that directory, the new content beside the target (.tfhook-...), and a second name of
 * the old file beside it. All of it is synced but for the names beside the targets: an undo does
 * not need those of them that a loss of power takes away.
 */
#ifndef TFHOOK_PREPARE_H
#define TFHOOK_PREPARE_H

#include "transaction.h"

/* Every target checked against what the steps saw, the journal's entries made, all of it written.
 * What was written stays when it fails: the journal names it. */
int prepare(struct txn *txn, const struct change_set *changes, struct err *err)
    __attribute__((warn_unused_result));

#endif

/*
 * Copies of what somebody else has written and a transaction is about to overwrite or remove. They
 * are in the transaction's directory, beside the backups, readable by its owner alone, as
 * INDEX.foreign.N (JOURNAL_FOREIGN). journal_prune() keeps such transactions longer than others.
 *
 * `entry` is one of the journal's. Errors are negated errno values.
 */
#ifndef TFHOOK_CONFLICT_COPY_H
#define TFHOOK_CONFLICT_COPY_H

#include "journal.h"
#include "log.h"

/* Under a name that is free: an earlier try may have kept something else, or only a part. Also 0
 * when there is nothing at `path`, or when a copy has that content already. */
int conflict_copy_keep(struct mem *mem, const struct journal *journal, const struct entry *entry,
                       const char *path) __attribute__((warn_unused_result));

/* Warns of each copy that the transaction keeps. */
void conflict_copy_report(struct mem *mem, const struct log *log, const struct journal *journal);

#endif

/*
 * What somebody else has written, and a transaction is about to overwrite or to remove: it is kept
 * in the transaction's directory, beside the backups, readable by its owner alone, as
 * INDEX.foreign.N (JOURNAL_FOREIGN). Transactions that keep such a file are pruned by themselves.
 *
 * Who had a target open when it was replaced may write into the old file after that. It has a
 * second name until the commit, so that this is seen: such a write is late.
 *
 * `index` is the entry's in the journal. Errors are negated errno values.
 */
#ifndef TFHOOK_CONFLICT_COPY_H
#define TFHOOK_CONFLICT_COPY_H

#include "journal.h"
#include "log.h"

/* Under a name that is free: what an earlier try has kept may be something else, or cut off. 0 too
 * when there is nothing at `path`, or when just that is kept already. */
int conflict_copy_keep(struct mem *mem, const struct journal *journal, size_t index,
                       const char *path) __attribute__((warn_unused_result));

/* Before the second name is removed: what is late is kept. 1: that was so. */
int conflict_copy_keep_late(struct mem *mem, const struct journal *journal, size_t index)
    __attribute__((warn_unused_result));

/* Names all that is kept. */
void conflict_copy_report(struct mem *mem, const struct log *log, const struct journal *journal);

#endif

/*
 * What a transaction has beside its targets and at last needs no more: temp files, the second names
 * of old files, directories that were made in vain, and copies of edited files.
 *
 * All that can be removed is, and it is synced, so that no power loss brings it back when the
 * journal's next phase says that it is gone. What somebody has written into an old file is kept
 * before its second name goes (conflict_copy.c). Nothing is touched by a path that leads elsewhere
 * by now. 0, or -1 with the first failure in `err`, which must be empty.
 */
#ifndef TFHOOK_CLEANUP_H
#define TFHOOK_CLEANUP_H

#include "journal.h"
#include "log.h"

/* The second names, before the commit and at the end of an undo. Also where there are none, the
 * directories of all targets are synced: a run that died may have changed names in them. *ret_late
 * is a target of which something was kept, or NULL. */
int cleanup_links(const struct journal *journal, const char **ret_late, struct err *err)
    __attribute__((warn_unused_result));

/* The whole copies of files that were edited, which may hold others' secrets: they serve `recover
 * --restore` until a commit or an undo is all but done, and no longer. */
int cleanup_edit_backups(const struct journal *journal, struct err *err)
    __attribute__((warn_unused_result));

/* The temp file, or directory, of one entry; not synced. 0 or a negated errno. */
int cleanup_temp(const struct entry *entry) __attribute__((warn_unused_result));

/* All of it. `directories`: those too that the transaction was to make, when they are empty. */
int cleanup_all(const struct journal *journal, bool directories, struct err *err)
    __attribute__((warn_unused_result));

/* --- conflict copies --- */

/* Copies of what somebody else has written and a transaction is about to overwrite or remove. They
 * are in the transaction's directory, beside the backups, readable by its owner alone, as
 * INDEX.foreign.N (JOURNAL_FOREIGN). journal_prune() keeps such transactions longer than others. */

/* Under a name that is free: an earlier try may have kept something else, or only a part. Also 0
 * when there is nothing at `path`, or when a copy has that content already; else a negated errno.
 * `entry` is one of the journal's. */
int conflict_copy_keep(struct mem *mem, const struct journal *journal, const struct entry *entry,
                       const char *path) __attribute__((warn_unused_result));

/* Warns of each copy that the transaction keeps. */
void conflict_copy_report(struct mem *mem, const struct log *log, const struct journal *journal);

#endif

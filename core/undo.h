/*
 * Undoing the entries of a journal, from what the disk says: used by a run that fails, and by the
 * recovery of one that died.
 */
#ifndef TFHOOK_UNDO_H
#define TFHOOK_UNDO_H

#include "journal.h"

/* What the disk says of an entry, or a negated errno when it cannot be looked at. When old and new
 * content are the same (only the mode changes), the disk cannot tell: `alike` is the answer then.
 */
enum entry_state { ENTRY_OLD, ENTRY_NEW, ENTRY_FOREIGN };
int undo_entry_state(struct mem *mem, const struct entry *entry, enum entry_state alike)
    __attribute__((warn_unused_result));

/* Every directory that holds a target, each once; one that is gone is passed over. 0, or a negated
 * errno with the entry's path in *ret_path. */
int undo_sync_directories(struct mem *mem, const struct journal *journal, const char **ret_path)
    __attribute__((warn_unused_result));

/* The second names of the old files, when they are not needed any more. This and the next: all that
 * can be removed is, and it is synced, so that no power loss brings it back when the journal's next
 * phase says that it is gone; 0, or the first negated errno (and the path, here). */
int undo_remove_links(struct mem *mem, const struct journal *journal, const char **ret_path)
    __attribute__((warn_unused_result));

/* The whole copies of files that were edited, which may hold others' secrets: they serve `recover
 * --restore` until the transaction is settled, and no longer. */
int undo_drop_edit_backups(struct mem *mem, const struct journal *journal)
    __attribute__((warn_unused_result));

/* Temp files and second names and, when `directories`, the directories that the transaction made
 * and that are empty. */
int undo_remove_all(struct mem *mem, const struct journal *journal, bool directories)
    __attribute__((warn_unused_result));

/* Every target back to what it was, then the phase `undone`. Files that are neither old nor new are
 * left alone, named in the error, and the phase is `stuck`; with `force`, they are put back too,
 * and what was there is kept beside the backups. */
int undo_all(struct mem *mem, struct journal *journal, bool force, struct err *err)
    __attribute__((warn_unused_result));

#endif

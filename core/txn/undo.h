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

/* Every target back to what it was, then the phase `undone`. 0; -1 with STATUS_FAILED when all is
 * as it was and only the phase cannot be changed; -1 with STATUS_STUCK when not all is. Files that
 * are neither old nor new are left alone, named in the error, and the phase is `stuck`; with
 * `force`, they are put back too, and what was there is kept beside the backups. */
int undo_all(struct journal *journal, bool force, struct err *err)
    __attribute__((warn_unused_result));

#endif

/*
 * What a transaction has beside its targets and at last needs no more: temp files, the second names
 * of old files, directories that were made in vain, and copies of edited files.
 *
 * All that can be removed is, and it is synced, so that no power loss brings it back when the
 * journal's next phase says that it is gone. What somebody has written into an old file is kept
 * before its second name goes (conflict_copy.h). Nothing is touched by a path that leads elsewhere
 * by now. 0, or the first negated errno with what it was about, for a person, in *ret_why.
 */
#ifndef TFHOOK_CLEANUP_H
#define TFHOOK_CLEANUP_H

#include "journal.h"

/* The second names, before the commit and at the end of an undo. Also where there are none, the
 * directories of all targets are synced: whoever did a part of this before may have died. *ret_late
 * is a target of which something was kept, or NULL. */
int cleanup_links(struct mem *mem, const struct journal *journal, const char **ret_late,
                  const char **ret_why) __attribute__((warn_unused_result));

/* The whole copies of files that were edited, which may hold others' secrets: they serve `recover
 * --restore` until a commit or an undo is all but done, and no longer. */
int cleanup_edit_backups(struct mem *mem, const struct journal *journal, const char **ret_why)
    __attribute__((warn_unused_result));

/* All of it. `directories`: those too that the transaction made and that are empty. */
int cleanup_all(struct mem *mem, const struct journal *journal, bool directories,
                const char **ret_why) __attribute__((warn_unused_result));

#endif

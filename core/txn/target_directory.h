/*
 * The directory in which a target lies: is it still the one that was meant? Between plan, apply and
 * a later undo, somebody who owns a directory above may have put a link into the path, or its file
 * system may not be mounted. Asked before anything is done by a target's path.
 *
 * Paths have no links when they come here, so a link that is found now is new, and these functions
 * say where it leads. One that appears after the question is not followed either (path_walk.h),
 * and ends in an error without such words.
 */
#ifndef TFHOOK_TARGET_DIRECTORY_H
#define TFHOOK_TARGET_DIRECTORY_H

#include "journal.h"
#include "root_dir.h"

/* The OS path of a target that a step names by `path`. A link that another user owns may lead only
 * to what belongs to that user: else that user could choose a file for root to write. 0, or -1 with
 * the reason. */
int target_path_resolve(struct mem *mem, const struct root *root, const char *path,
                        const char **ret, const char **ret_why) __attribute__((warn_unused_result));

/* Has a link come into the path above the target? NULL, or the reason for a person not to go on. */
const char *target_directory_moved(struct mem *mem, const struct entry *entry);

/* Or is the directory not there, and the transaction itself neither makes nor removes it? */
const char *target_directory_lost(struct mem *mem, const struct journal *journal,
                                  const struct entry *entry);

/* Every directory that holds a target is synced, each once; one that is gone is passed over. 0, or
 * a negated errno with the entry's path in *ret_path. */
int target_directories_sync(struct mem *mem, const struct journal *journal, const char **ret_path)
    __attribute__((warn_unused_result));

#endif

/*
 * Settling transactions whose run died, from the disk alone: no plugin, config or site is needed.
 *
 *     prep                 nothing was touched: temp files are removed             -> undone
 *                          its journal cannot be read, or they cannot be removed   (stays)
 *     open                 each target old or new: new ones are put back           -> undone
 *                          a target is neither: it is left alone; or the journal
 *                          cannot be read                                          -> stuck
 *     stuck                tried again, as open
 *     any of these         a person decides: --restore or --keep                   -> undone | done
 */
#ifndef TFHOOK_RECOVER_H
#define TFHOOK_RECOVER_H

#include "run.h"

/* Every interrupted transaction settled, and said so; what was put back is added to `settled`
 * unless that is NULL. -1 with STATUS_STUCK when one is stuck. The caller holds the lock. */
int recover_interrupted(struct run *run, struct stage *settled, struct err *err)
    __attribute__((warn_unused_result));

/* For commands that change nothing: say that something waits to be settled. */
void recover_warn(struct run *run);

/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
int recover_command(struct run *run, struct err *err) __attribute__((warn_unused_result));

#endif

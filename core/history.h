/*
 * The command `history [SEQ]`: what was done, when, by whom, by which step, to which file. Reads
 * journals only; takes no lock.
 */
#ifndef TFHOOK_HISTORY_H
#define TFHOOK_HISTORY_H

#include "run.h"

int history_command(struct run *run, struct err *err) __attribute__((warn_unused_result));

#endif

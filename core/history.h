/*
 * The command `history [SEQ]`: what was done, when, by whom, by which step, to which file. Reads
 * journals only; takes no lock.
 */
#ifndef TFHOOK_HISTORY_H
#define TFHOOK_HISTORY_H

#include "report.h"
#include "session.h"

int history_command(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));

#endif

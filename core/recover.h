/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
#ifndef TFHOOK_RECOVER_H
#define TFHOOK_RECOVER_H

#include "report.h"
#include "session.h"

int recover_command(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));

#endif

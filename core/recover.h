/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
#ifndef TFHOOK_RECOVER_H
#define TFHOOK_RECOVER_H

#include "run.h"

int recover_command(struct run *run, struct err *err) __attribute__((warn_unused_result));

#endif

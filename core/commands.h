/*
 * The commands check, plan, apply and verify. Each fills the report and prints it as text unless
 * --json; a negative return carries its exit status in the error.
 */
#ifndef TFHOOK_COMMANDS_H
#define TFHOOK_COMMANDS_H

#include "pipeline.h"

int command_check(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));
/* *ret_pending: there are changes. */
int command_plan(struct pipeline *pipeline, bool *ret_pending, struct err *err)
    __attribute__((warn_unused_result));
int command_apply(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));
int command_verify(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));

#endif

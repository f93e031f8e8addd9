/*
 * The commands, a file each. A command fills the report, and prints it as text unless --json; what
 * --json prints is made of the report by main. A negative return carries its exit status in the
 * error.
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
int command_wrap(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));
int command_deploy(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));

/* These need no config. */
int command_rollback(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));
int command_recover(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));
int command_history(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));
/* With --json it prints an object of its own. */
int command_plugins(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));

#endif

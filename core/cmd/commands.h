/*
 * The commands, a file each. A command fills the report, and prints it as text unless --json; what
 * --json prints is made of the report by main, but for `plugins`, which has an object of its own. A
 * negative return carries its exit status in the error.
 */
#ifndef TFHOOK_COMMANDS_H
#define TFHOOK_COMMANDS_H

#include "pipeline.h"

typedef int command_run(struct session *session, struct err *err)
    __attribute__((warn_unused_result));

/* Steps are loaded before these. */
command_run command_check, command_plan, command_apply, command_verify, command_wrap,
    command_deploy;
/* These need no config. */
command_run command_rollback, command_recover, command_history, command_plugins;

/* The text of --help, of a command or of all: an example first, then the rest. */
void help_show(enum command command);

#endif

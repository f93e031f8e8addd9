/*
 * A phase command: TeamForge's own step, which may run for an hour and start the daemons of a
 * production site. It keeps the caller's environment (with LANG=en_US.UTF-8), umask, limits, signal
 * dispositions, standard input and controlling terminal, has no deadline, and gets INT, TERM and
 * HUP when we do. Its output goes where it went before, and to a log.
 *
 * The output passes through a process of its own that lives until the last writer has gone, as with
 * `| tee`: a daemon that the command leaves behind with our pipe in its hands never finds it
 * closed. On a terminal the pipe is a pseudo-terminal, so that the command still sees one.
 */
#ifndef TFHOOK_PHASE_COMMAND_H
#define TFHOOK_PHASE_COMMAND_H

#include "err.h"
#include "text.h"

#include <stdbool.h>

struct phase_command {
    const char *program;     /* absolute */
    const char *const *argv; /* as the config or the caller has it */
    const char *log;         /* appended to; made 0600 */
    bool stdout_to_stderr;   /* --json: stdout holds the one object */
};

/* The command's exit status, 128 + signal when one ended it, 126 or 127 when it could not be run
 * (with the reason in err); -1 when no process could be made. */
int phase_command_run(struct mem *mem, const struct phase_command *command, struct err *err)
    __attribute__((warn_unused_result));

#endif

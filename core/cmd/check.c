/* The command `check`. */
#include "commands.h"

int command_check(struct session *session, struct err *err)
{
    int rc = pipeline_check(session, &(struct selection){0}, err);
    session->report.result = rc == 0 ? "passed" : "failed";
    report_show_steps(session);
    if (rc == 0 && session->config.phase_count > 0)
        report_say(session, "%s: %s, %s\n", session->config.file,
                   text_count(session->mem, session->config.step_count, "step"),
                   text_count(session->mem, session->config.phase_count, "phase"));
    return rc;
}

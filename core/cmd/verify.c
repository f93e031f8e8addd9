/* The command `verify`. */
#include "commands.h"
#include "recovery.h"

int command_verify(struct session *session, struct err *err)
{
    struct selection selection;
    recovery_warn(session->mem, &session->log, session->environment.state_dir);
    if (pipeline_select(session, &selection, err) < 0 ||
        pipeline_check(session, &selection, err) < 0)
        return -1;
    int rc = pipeline_verify(session, &selection, err);
    session->report.result = rc < 0 ? "failed" : session->verified > 0 ? "passed" : "unchanged";
    report_show_steps(session);
    report_show_findings(session, 0, true);
    if (rc == 0 && session->verified == 0)
        report_say(session, "Nothing was verified on this host.\n");
    report_show_next_steps(session);
    return rc;
}

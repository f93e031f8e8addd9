/* The command `apply`. */
#include "commands.h"

/* Steps that only verify have hooks of their own; their proof is still to come. */
static void say_not_run(const struct session *session, const struct selection *selection)
{
    if (selection->hook != NULL || selection->steps->count > 0)
        return;
    for (size_t i = 0; i < session->runner_count; i++)
        if (!session->runners[i].plugin.plans && session->runners[i].plugin.verifies)
            report_say(session, "Not run: %s, which only verifies; `tfhook verify` runs it.\n",
                       session->runners[i].step->name);
}

int command_apply(struct session *session, struct err *err)
{
    struct selection selection;
    if (pipeline_select(session, &selection, err) < 0 || lock_and_recover(session, err) < 0 ||
        pipeline_check(session, &selection, err) < 0)
        return -1;
    int rc = pipeline_apply(session, &selection, true, err);
    report_show_findings(session, 0, false);
    if (rc < 0)
        return rc;
    report_show_next_steps(session);
    say_not_run(session, &selection);
    if (session->report.transaction > 0)
        report_say(session, "Done, as transaction %ld; `%s rollback %ld` is the way back.\n",
                   session->report.transaction, session_program(session),
                   session->report.transaction);
    else
        report_say(session, "Nothing to do.\n");
    return 0;
}

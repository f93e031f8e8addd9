/* The command `apply`. */
#include "commands.h"
#include "lock_and_recover.h"
#include "pipeline_apply.h"
#include "report_text.h"

#include <stdio.h>

/* Steps that only verify have hooks of their own; their proof is still to come. */
static void say_not_run(const struct pipeline *pipeline, const struct selection *selection)
{
    if (selection->hook != NULL || selection->steps->count > 0)
        return;
    for (size_t i = 0; i < pipeline->count; i++)
        if (!pipeline->runners[i].plugin.plans && pipeline->runners[i].plugin.verifies)
            (void)printf("Not run: %s, which only verifies; `tfhook verify` runs it.\n",
                         pipeline->runners[i].step->name);
}

int command_apply(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    struct apply_request what = {.command = "apply", .show = true, .ask = true};
    if (pipeline_select(pipeline, &what.selection, err) < 0 ||
        lock_and_recover(session, report, err) < 0 ||
        pipeline_check(pipeline, &what.selection, err) < 0)
        return -1;
    int rc = pipeline_apply(pipeline, &what, err);
    if (session->log.json)
        return rc;
    report_show_findings(session, report, 0, false, stdout);
    if (rc < 0)
        return rc;
    report_show_next_steps(report, stdout);
    say_not_run(pipeline, &what.selection);
    if (report->transaction > 0)
        (void)printf("Done, as transaction %ld; `%s rollback %ld` is the way back.\n",
                     report->transaction, session_program(session), report->transaction);
    else
        (void)puts("Nothing to do.");
    return 0;
}

/* The command `verify`. */
#include "commands.h"
#include "recovery.h"
#include "report_text.h"

#include <stdio.h>

/* No step that verifies: no green light. */
static int check_verifies(struct pipeline *pipeline, const struct selection *selection,
                          struct err *err)
{
    for (size_t i = 0; i < pipeline->count; i++)
        if (pipeline_selects(selection, &pipeline->runners[i]) &&
            pipeline->runners[i].plugin.verifies)
            return 0;
    return err_set(err, STATUS_USAGE, "no step that was chosen can verify anything");
}

int command_verify(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct selection selection = pipeline_selection(session);
    struct runner *culprit = NULL;
    size_t verified = 0;
    recovery_warn(session->mem, &session->log, session->environment.state_dir);
    if (pipeline_refuse_unknown_names(pipeline, err) < 0 ||
        pipeline_refuse_empty(pipeline, &selection, err) < 0 ||
        check_verifies(pipeline, &selection, err) < 0 ||
        pipeline_check(pipeline, &selection, err) < 0)
        return -1;
    int rc = pipeline_verify(pipeline, &selection, &verified, &culprit, err);
    report->result = rc < 0 ? "failed" : verified > 0 ? "passed" : "unchanged";
    if (session->log.json)
        return rc;
    report_show_steps(session, report, stdout);
    report_show_findings(session, report, 0, true, stdout);
    if (rc == 0 && verified == 0)
        (void)puts("Nothing was verified on this host.");
    report_show_next_steps(report, stdout);
    return rc;
}

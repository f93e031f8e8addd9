/* The command `plan`. */
#include "commands.h"
#include "recovery.h"
#include "report_text.h"

#include <stdio.h>

int command_plan(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    struct selection selection;
    struct change_set changes = {.mem = session->mem};
    recovery_warn(session->mem, &session->log, session->environment.state_dir);
    if (pipeline_select(pipeline, &selection, err) < 0)
        return -1;
    int rc = pipeline_check(pipeline, &selection, err);
    if (rc == 0)
        rc = pipeline_plan(pipeline, &selection, &changes, err);
    if (rc < 0) {
        report->result = "failed";
        if (!session->log.json)
            report_show_steps(session, report, stdout);
        return -1;
    }
    report->changes = changes;
    report->result = changes.count > 0 ? "changes" : "unchanged";
    if (session->log.json)
        return 0;
    report_show_steps(session, report, stdout);
    report_show_changes(session, &changes, stdout);
    report_show_next_steps(report, stdout);
    if (changes.count > 0)
        (void)printf("%s to make; nothing was changed by this plan.\n",
                     text_count(session->mem, changes.count, "change"));
    else
        (void)puts("Nothing to do.");
    return 0;
}

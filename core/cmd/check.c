/* The command `check`. */
#include "commands.h"
#include "report_text.h"

#include <stdio.h>

int command_check(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    const struct selection all = {0};
    int rc = pipeline_check(pipeline, &all, err);
    pipeline->report->result = rc == 0 ? "passed" : "failed";
    if (session->log.json)
        return rc;
    report_show_steps(session, pipeline->report, stdout);
    if (rc == 0 && session->config.phase_count > 0)
        (void)printf("%s: %s, %s\n", session->config.file,
                     text_count(session->mem, session->config.step_count, "step"),
                     text_count(session->mem, session->config.phase_count, "phase"));
    return rc;
}

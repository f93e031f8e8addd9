/* The command `plan`. */
#include "commands.h"
#include "recovery.h"

int command_plan(struct session *session, struct err *err)
{
    struct selection selection;
    struct change_set changes = {.mem = session->mem};
    recovery_warn(session->mem, &session->log, session->environment.state_dir);
    if (pipeline_select(session, &selection, err) < 0)
        return -1;
    if (pipeline_check(session, &selection, err) < 0 ||
        pipeline_plan(session, &selection, &changes, err) < 0) {
        report_show_steps(session);
        return -1;
    }
    session->report.changes = changes;
    session->report.result = changes.count > 0 ? "changes" : "unchanged";
    report_show_steps(session);
    report_show_changes(session, &changes);
    report_show_next_steps(session);
    if (changes.count > 0)
        report_say(session, "%s to make; nothing was changed by this plan.\n",
                   text_count(session->mem, changes.count, "change"));
    else
        report_say(session, "Nothing to do.\n");
    return 0;
}

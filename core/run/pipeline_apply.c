/* A pipeline's steps turned into a committed transaction. */
#include "pipeline.h"

#include "interrupt.h"
#include "transaction.h"

/* A step that may be left out has failed. */
static bool may_go_on(struct session *session, struct err *err)
{
    if (session->culprit == NULL || err->status == STATUS_STUCK ||
        !pipeline_goes_on(session, session->culprit, err->text))
        return false;
    *err = (struct err){.mem = session->mem};
    return true;
}

/* Written, verified and committed. */
static int write_and_verify(struct session *session, const struct selection *selection,
                            const struct change_set *changes, struct err *err)
{
    struct txn txn = {session->mem,
                      &session->environment,
                      &session->log,
                      {.command = cli_commands[session->cli.command].name,
                       .hook = selection->hook,
                       .user = session_user(session)}};
    if (txn_begin(&txn, changes, err) < 0)
        return -1;
    int rc = txn_apply(&txn, err);
    if (rc == 0) {
        rc = pipeline_verify(session, selection, err);
        if (interrupt_pending)
            rc = err_set(err, STATUS_FAILED, "interrupted");
        rc = rc == 0 ? txn_commit(&txn, err) : txn_undo(&txn, err);
    }
    if (rc == 0)
        session->report.transaction = txn.journal.seq;
    else
        session->report.result = "rolled-back"; /* or stuck, by the error's status */
    return rc;
}

static bool show_and_ask(struct session *session, const struct change_set *changes)
{
    consent_begin(session);
    if (!session->log.quiet || consent_is_asked(session)) {
        report_show_steps(session);
        report_show_changes(session, changes);
    }
    return consent_ask(session, "Make these changes?");
}

int pipeline_apply(struct session *session, const struct selection *selection, bool ask,
                   struct err *err)
{
    struct report *report = &session->report;
    const size_t findings = report->findings.count;
    const size_t next_steps = report->next_steps.count;
    for (bool again = true; again;) {
        struct change_set changes = {.mem = session->mem};
        const char *before = report->result;
        session->culprit = NULL;
        report->findings.count = findings; /* without those of a try before */
        if (pipeline_plan(session, selection, &changes, err) < 0) {
            report->result = "failed";
            return -1;
        }
        int rc = 0;
        if (changes.count == 0) {
            if (ask && !session->log.quiet)
                report_show_steps(session);
            rc = pipeline_verify(session, selection, err);
        } else if (ask && !show_and_ask(session, &changes)) {
            rc = err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
        } else {
            rc = write_and_verify(session, selection, &changes, err);
        }
        again = rc < 0 && may_go_on(session, err); /* planned anew, without a step */
        if (rc < 0)
            names_truncate(&report->next_steps, next_steps);
        /* The report keeps what each hook's transaction changed, one after the other. */
        for (size_t i = 0; !again && i < changes.count; i++)
            *mem_push(session->mem, report->changes.items, report->changes.count) =
                changes.items[i];
        if (rc < 0 && !again) {
            if (report->result == before)
                report->result = "failed";
            return -1;
        }
        if (report->result == NULL)
            report->result = "unchanged";
        if (rc == 0 && changes.count > 0)
            report->result = "applied";
    }
    return 0;
}

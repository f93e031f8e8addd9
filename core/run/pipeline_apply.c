#include "pipeline_apply.h"

#include "consent.h"
#include "interrupt.h"
#include "lock_and_recover.h"
#include "pipeline.h"
#include "report_text.h"
#include "transaction.h"

#include <stdio.h>

/* The report keeps what each hook's transaction changed, one after the other. */
static void report_changes(struct session *session, struct report *report,
                           const struct change_set *changes)
{
    report->changes.mem = session->mem;
    for (size_t i = 0; i < changes->count; i++)
        *mem_push(session->mem, report->changes.items, report->changes.count) = changes->items[i];
}

/* A step that may be left out has failed. */
static bool may_go_on(struct pipeline *pipeline, struct runner *culprit, struct err *err)
{
    if (culprit == NULL || err->status == STATUS_STUCK ||
        !pipeline_goes_on(pipeline, culprit, err->text))
        return false;
    *err = (struct err){.mem = pipeline->session->mem};
    return true;
}

/* Written, verified and committed. *ret_again: a step was dropped; plan anew without it. */
static int write_and_verify(struct pipeline *pipeline, const struct apply_request *what,
                            const struct change_set *changes, bool *ret_again, struct err *err)
{
    struct session *session = pipeline->session;
    struct runner *culprit = NULL;
    size_t verified = 0;
    struct txn txn = {
        session->mem,
        &session->environment,
        &session->log,
        {.command = what->command, .hook = what->selection.hook, .user = session_user(session)}};
    if (txn_begin(&txn, changes, err) < 0)
        return -1;
    int rc = txn_apply(&txn, err);
    if (rc == 0) {
        rc = pipeline_verify(pipeline, &what->selection, &verified, &culprit, err);
        if (interrupt_pending)
            rc = err_set(err, STATUS_FAILED, "interrupted");
        rc = rc == 0 ? txn_commit(&txn, err) : txn_undo(&txn, err);
    }
    if (rc == 0) {
        pipeline->report->transaction = txn.journal.seq;
        return 0;
    }
    pipeline->report->result = err->status == STATUS_STUCK ? "stuck" : "rolled-back";
    *ret_again = may_go_on(pipeline, culprit, err);
    return *ret_again ? 0 : -1;
}

static int verify_only(struct pipeline *pipeline, const struct apply_request *what, bool *ret_again,
                       struct err *err)
{
    struct report *report = pipeline->report;
    struct runner *culprit = NULL;
    size_t verified = 0;
    if (report->result == NULL)
        report->result = "unchanged";
    if (pipeline_verify(pipeline, &what->selection, &verified, &culprit, err) == 0)
        return 0;
    *ret_again = may_go_on(pipeline, culprit, err);
    if (!*ret_again)
        report->result = "failed";
    return *ret_again ? 0 : -1;
}

static bool show_and_ask(struct session *session, struct report *report,
                         const struct apply_request *what, const struct change_set *changes)
{
    FILE *out = session->log.json ? stderr : stdout;
    bool asks = what->ask && consent_is_asked(session);
    if (what->show && (!(session->log.json || session->log.quiet) || asks)) {
        report_show_steps(session, report, out);
        report_show_changes(session, changes, out);
    }
    return !asks || consent_ask(session, "Make these changes?");
}

int pipeline_apply(struct pipeline *pipeline, const struct apply_request *what, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const size_t findings = report->findings.count;
    const size_t next_steps = report->next_steps.count;
    bool again = true;
    while (again) {
        struct change_set changes = {.mem = session->mem};
        again = false;
        report->findings.count = findings; /* without those of a try before */
        const char *before = report->result;
        if (pipeline_plan(pipeline, &what->selection, &changes, err) < 0) {
            report->result = "failed";
            return -1;
        }
        int rc = 0;
        if (changes.count == 0) {
            if (what->show && !session->log.json && !session->log.quiet)
                report_show_steps(session, report, stdout);
            rc = verify_only(pipeline, what, &again, err);
        } else if (!show_and_ask(session, report, what, &changes)) {
            rc = err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
        } else {
            rc = write_and_verify(pipeline, what, &changes, &again, err);
        }
        if (rc < 0 || again)
            names_truncate(&report->next_steps, next_steps);
        if (rc < 0) {
            report_changes(session, report, &changes);
            if (report->result == before)
                report->result = "failed";
            return -1;
        }
        if (!again && changes.count > 0) {
            report_changes(session, report, &changes);
            report->result = "applied";
        }
    }
    return 0;
}

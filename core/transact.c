#include "transact.h"

#include "ask.h"
#include "interrupt.h"
#include "show.h"
#include "steps.h"
#include "transaction.h"
#include "writer.h"

#include <stdio.h>

/* The report keeps what each hook's transaction changed, one after the other. */
static void report_changes(struct run *run, const struct stage *stage)
{
    run->report.changes.mem = run->mem;
    for (size_t i = 0; i < stage->count; i++)
        *mem_push(run->mem, run->report.changes.items, run->report.changes.count) = stage->items[i];
}

/* No SELECT at all: a step that only verifies has its own hook for that. */
static int verify(struct run *run, const struct transact *what, struct runner **ret_culprit,
                  struct err *err)
{
    bool named = what->selection.steps != NULL && what->selection.steps->count > 0;
    return steps_verify(run, &what->selection, what->selection.hook == NULL && !named, NULL,
                        ret_culprit, err);
}

/* A step that may be left out has failed: say so, and go on without it. */
static bool may_go_on(struct run *run, struct runner *culprit, struct err *err)
{
    if (culprit == NULL || !culprit->step->ignore_failure || interrupt_pending ||
        err->status == STATUS_STUCK)
        return false;
    talk_warn(&run->talk, "step %s is left out (on-failure = ignore): %s", culprit->step->name,
              err->text);
    culprit->dropped = true;
    *err = (struct err){.mem = run->mem};
    return true;
}

/* Written, verified and committed. *ret_again: a step was dropped; plan anew without it. */
static int write_and_verify(struct run *run, const struct transact *what, const struct stage *stage,
                            bool *ret_again, struct err *err)
{
    struct txn txn;
    struct runner *culprit = NULL;
    const struct txn_origin origin = {
        .command = what->command, .hook = what->selection.hook, .user = run_user(run)};
    if (txn_begin(run->mem, &run->world, &run->talk, stage, &origin, &txn, err) < 0)
        return -1;
    if (txn_apply(&txn, err) < 0) {
        run->report.result = err->status == STATUS_STUCK ? "stuck" : "rolled-back";
        return -1;
    }
    int rc = verify(run, what, &culprit, err);
    if (interrupt_pending)
        rc = err_set(err, STATUS_FAILED, "interrupted");
    if (rc == 0)
        rc = txn_commit(&txn, err);
    if (rc == 0) {
        run->report.transaction = txn.journal.seq;
        return 0;
    }
    if (err->status == STATUS_STUCK) {
        run->report.result = "stuck";
        return -1;
    }
    (void)writer_undo(run, &txn, err);
    *ret_again = may_go_on(run, culprit, err);
    return *ret_again ? 0 : -1;
}

static int verify_only(struct run *run, const struct transact *what, bool *ret_again,
                       struct err *err)
{
    struct runner *culprit = NULL;
    if (run->report.result == NULL)
        run->report.result = "unchanged";
    if (verify(run, what, &culprit, err) == 0)
        return 0;
    *ret_again = may_go_on(run, culprit, err);
    if (!*ret_again)
        run->report.result = "failed";
    return *ret_again ? 0 : -1;
}

static bool show_and_ask(struct run *run, const struct transact *what, const struct stage *stage)
{
    FILE *out = run->talk.json ? stderr : stdout;
    bool asks = what->ask && !run->cli.yes && ask_is_terminal();
    if (what->show && (!(run->talk.json || run->talk.quiet) || asks)) {
        show_steps(run, out);
        show_changes(run, stage, out);
    }
    return !asks || ask_consent(run, "Make these changes?");
}

int transact(struct run *run, const struct transact *what, struct err *err)
{
    bool again = true;
    while (again) {
        struct stage stage = {.mem = run->mem};
        again = false;
        run->report.findings = (struct findings){0};
        const char *before = run->report.result;
        size_t next_steps = run->report.next_steps.count;
        if (steps_plan(run, &what->selection, &stage, true, err) < 0) {
            run->report.result = "failed";
            return -1;
        }
        int rc = 0;
        if (stage.count == 0) {
            if (what->show && !run->talk.json && !run->talk.quiet)
                show_steps(run, stdout);
            rc = verify_only(run, what, &again, err);
        } else if (!show_and_ask(run, what, &stage)) {
            rc = err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
        } else {
            rc = write_and_verify(run, what, &stage, &again, err);
        }
        if (rc < 0 || again)
            names_truncate(&run->report.next_steps, next_steps);
        if (rc < 0) {
            report_changes(run, &stage);
            if (run->report.result == before)
                run->report.result = "failed";
            return -1;
        }
        if (!again && stage.count > 0) {
            report_changes(run, &stage);
            run->report.result = "applied";
        }
    }
    return 0;
}

#include "commands.h"

#include "recovery.h"
#include "show.h"
#include "steps.h"
#include "transact.h"
#include "writer.h"

#include <stdio.h>

static struct selection selection_of(const struct run *run)
{
    return (struct selection){.hook = run->cli.hook, .steps = &run->cli.steps};
}

/* A run without any step is no green light. */
static int check_not_empty(struct run *run, const struct selection *selection, bool to_plan,
                           struct err *err)
{
    for (size_t i = 0; i < run->runner_count; i++)
        if (run_selects(run, selection, &run->runners[i], to_plan))
            return 0;
    if (selection->hook != NULL)
        return err_set(err, STATUS_USAGE, "no step of %s is at the hook %s", run->config.file,
                       selection->hook);
    return err_set(err, STATUS_USAGE, "no step of %s can do this", run->config.file);
}

int command_check(struct run *run, struct err *err)
{
    const struct selection all = {0};
    int rc = steps_check(run, &all, false, err);
    run->report.result = rc == 0 ? "passed" : "failed";
    if (run->talk.json)
        return rc;
    show_steps(run, stdout);
    if (rc == 0 && run->config.phase_count > 0)
        (void)printf("%s: %s, %s\n", run->config.file,
                     text_count(run->mem, run->config.step_count, "step"),
                     text_count(run->mem, run->config.phase_count, "phase"));
    return rc;
}

int command_plan(struct run *run, bool *ret_pending, struct err *err)
{
    const struct selection selection = selection_of(run);
    struct stage stage = {.mem = run->mem};
    recovery_warn(run->mem, &run->talk, run->world.state_dir);
    if (run_check_names(run, err) < 0 || check_not_empty(run, &selection, true, err) < 0)
        return -1;
    int rc = steps_check(run, &selection, true, err);
    if (rc == 0)
        rc = steps_plan(run, &selection, &stage, true, err);
    if (rc < 0) {
        run->report.result = "failed";
        if (!run->talk.json)
            show_steps(run, stdout);
        return -1;
    }
    run->report.changes = stage;
    run->report.result = stage.count > 0 ? "changes" : "unchanged";
    *ret_pending = stage.count > 0;
    if (run->talk.json)
        return 0;
    show_steps(run, stdout);
    show_changes(run, &stage, stdout);
    show_next_steps(run, stdout);
    if (stage.count > 0)
        (void)printf("%s to make; nothing was changed by this plan.\n",
                     text_count(run->mem, stage.count, "change"));
    else
        (void)puts("Nothing to do.");
    return 0;
}

/* Steps that only verify have hooks of their own; their proof is still to come. */
static void say_not_run(const struct run *run, const struct selection *selection)
{
    if (selection->hook != NULL || selection->steps->count > 0)
        return;
    for (size_t i = 0; i < run->runner_count; i++)
        if (!run->runners[i].plugin.plans && run->runners[i].plugin.verifies)
            (void)printf("Not run: %s, which only verifies; `tfhook verify` runs it.\n",
                         run->runners[i].step->name);
}

int command_apply(struct run *run, struct err *err)
{
    const struct transact what = {
        .selection = selection_of(run), .command = "apply", .show = true, .ask = true};
    if (run_check_names(run, err) < 0 || check_not_empty(run, &what.selection, true, err) < 0 ||
        writer_begin(run, err) < 0 || steps_check(run, &what.selection, true, err) < 0)
        return -1;
    int rc = transact(run, &what, err);
    if (run->talk.json)
        return rc;
    show_findings(run, false, stdout);
    if (rc < 0)
        return rc;
    show_next_steps(run, stdout);
    say_not_run(run, &what.selection);
    if (run->report.transaction > 0)
        (void)printf("Done, as transaction %ld; `%s rollback %ld` is the way back.\n",
                     run->report.transaction, run_program(run), run->report.transaction);
    else
        (void)puts("Nothing to do.");
    return 0;
}

/* No step that verifies: no green light. */
static int check_verifies(struct run *run, const struct selection *selection, struct err *err)
{
    for (size_t i = 0; i < run->runner_count; i++)
        if (run_selects(run, selection, &run->runners[i], false) && run->runners[i].plugin.verifies)
            return 0;
    return err_set(err, STATUS_USAGE, "no step that was chosen can verify anything");
}

int command_verify(struct run *run, struct err *err)
{
    const struct selection selection = selection_of(run);
    struct runner *culprit = NULL;
    size_t verified = 0;
    recovery_warn(run->mem, &run->talk, run->world.state_dir);
    if (run_check_names(run, err) < 0 || check_not_empty(run, &selection, false, err) < 0 ||
        check_verifies(run, &selection, err) < 0 || steps_check(run, &selection, false, err) < 0)
        return -1;
    int rc = steps_verify(run, &selection, false, &verified, &culprit, err);
    run->report.result = rc < 0 ? "failed" : verified > 0 ? "passed" : "unchanged";
    if (run->talk.json)
        return rc;
    show_steps(run, stdout);
    show_findings(run, true, stdout);
    if (rc == 0 && verified == 0)
        (void)puts("Nothing was verified on this host.");
    show_next_steps(run, stdout);
    return rc;
}

#include "commands.h"

#include "pipeline.h"
#include "pipeline_apply.h"
#include "recovery.h"
#include "show.h"
#include "writer.h"

#include <stdio.h>

static struct selection selection_of(const struct session *session)
{
    return (struct selection){.hook = session->cli.hook, .steps = &session->cli.steps};
}

/* A run without any step is no green light. */
static int check_not_empty(struct pipeline *pipeline, const struct selection *selection,
                           bool to_plan, struct err *err)
{
    struct session *session = pipeline->session;
    for (size_t i = 0; i < pipeline->count; i++)
        if (pipeline_selects(selection, &pipeline->runners[i], to_plan))
            return 0;
    if (selection->hook != NULL)
        return err_set(err, STATUS_USAGE, "no step of %s is at the hook %s", session->config.file,
                       selection->hook);
    return err_set(err, STATUS_USAGE, "no step of %s can do this", session->config.file);
}

int command_check(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct selection all = {0};
    int rc = pipeline_check(pipeline, &all, false, err);
    report->result = rc == 0 ? "passed" : "failed";
    if (session->talk.json)
        return rc;
    show_steps(session, report, stdout);
    if (rc == 0 && session->config.phase_count > 0)
        (void)printf("%s: %s, %s\n", session->config.file,
                     text_count(session->mem, session->config.step_count, "step"),
                     text_count(session->mem, session->config.phase_count, "phase"));
    return rc;
}

int command_plan(struct pipeline *pipeline, bool *ret_pending, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct selection selection = selection_of(session);
    struct stage stage = {.mem = session->mem};
    recovery_warn(session->mem, &session->talk, session->world.state_dir);
    if (pipeline_check_names(pipeline, err) < 0 ||
        check_not_empty(pipeline, &selection, true, err) < 0)
        return -1;
    int rc = pipeline_check(pipeline, &selection, true, err);
    if (rc == 0)
        rc = pipeline_plan(pipeline, &selection, &stage, true, err);
    if (rc < 0) {
        report->result = "failed";
        if (!session->talk.json)
            show_steps(session, report, stdout);
        return -1;
    }
    report->changes = stage;
    report->result = stage.count > 0 ? "changes" : "unchanged";
    *ret_pending = stage.count > 0;
    if (session->talk.json)
        return 0;
    show_steps(session, report, stdout);
    show_changes(session, &stage, stdout);
    show_next_steps(report, stdout);
    if (stage.count > 0)
        (void)printf("%s to make; nothing was changed by this plan.\n",
                     text_count(session->mem, stage.count, "change"));
    else
        (void)puts("Nothing to do.");
    return 0;
}

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
    const struct apply_request what = {
        .selection = selection_of(session), .command = "apply", .show = true, .ask = true};
    if (pipeline_check_names(pipeline, err) < 0 ||
        check_not_empty(pipeline, &what.selection, true, err) < 0 ||
        writer_begin(session, report, err) < 0 ||
        pipeline_check(pipeline, &what.selection, true, err) < 0)
        return -1;
    int rc = pipeline_apply(pipeline, &what, err);
    if (session->talk.json)
        return rc;
    show_findings(session, report, false, stdout);
    if (rc < 0)
        return rc;
    show_next_steps(report, stdout);
    say_not_run(pipeline, &what.selection);
    if (report->transaction > 0)
        (void)printf("Done, as transaction %ld; `%s rollback %ld` is the way back.\n",
                     report->transaction, session_program(session), report->transaction);
    else
        (void)puts("Nothing to do.");
    return 0;
}

/* No step that verifies: no green light. */
static int check_verifies(struct pipeline *pipeline, const struct selection *selection,
                          struct err *err)
{
    for (size_t i = 0; i < pipeline->count; i++)
        if (pipeline_selects(selection, &pipeline->runners[i], false) &&
            pipeline->runners[i].plugin.verifies)
            return 0;
    return err_set(err, STATUS_USAGE, "no step that was chosen can verify anything");
}

int command_verify(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct selection selection = selection_of(session);
    struct runner *culprit = NULL;
    size_t verified = 0;
    recovery_warn(session->mem, &session->talk, session->world.state_dir);
    if (pipeline_check_names(pipeline, err) < 0 ||
        check_not_empty(pipeline, &selection, false, err) < 0 ||
        check_verifies(pipeline, &selection, err) < 0 ||
        pipeline_check(pipeline, &selection, false, err) < 0)
        return -1;
    int rc = pipeline_verify(pipeline, &selection, false, &verified, &culprit, err);
    report->result = rc < 0 ? "failed" : verified > 0 ? "passed" : "unchanged";
    if (session->talk.json)
        return rc;
    show_steps(session, report, stdout);
    show_findings(session, report, true, stdout);
    if (rc == 0 && verified == 0)
        (void)puts("Nothing was verified on this host.");
    show_next_steps(report, stdout);
    return rc;
}

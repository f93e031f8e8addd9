#include "phase_hooks.h"

#include "clock.h"
#include "interrupt.h"
#include "phase_command.h"
#include "pipeline_apply.h"
#include "report_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *hook_name(struct session *session, const char *when, const char *phase)
{
    return mem_printf(session->mem, "%s-%s", when, phase);
}

/* One line of what a hook has done, then what its verification found. */
static void show_hook(const struct session *session, const struct report *report, const char *hook,
                      long transaction, size_t findings)
{
    if (session->log.json)
        return;
    if (report->transaction != transaction)
        (void)printf("%s: changed, as transaction %ld\n", hook, report->transaction);
    else if (report->findings.count > findings)
        (void)printf("%s:\n", hook);
    report_show_findings(session, report, findings, false, stdout);
    (void)fflush(stdout);
}

int hook_run(struct pipeline *pipeline, const char *hook, struct names *committed, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct apply_request what = {.selection = {.hook = hook},
                                       .command = cli_commands[session->cli.command].name};
    const long transaction = report->transaction;
    const size_t findings = report->findings.count;
    int rc = pipeline_apply(pipeline, &what, err);
    if (report->transaction != transaction)
        names_add(session->mem, committed, mem_printf(session->mem, "%ld", report->transaction));
    show_hook(session, report, hook, transaction, findings);
    return rc;
}

static const char *log_path(struct session *session, const char *phase, struct err *err)
{
    const char *dir = mem_printf(session->mem, "%s/log", session->environment.state_dir);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
        (void)err_errno(err, STATUS_FAILED, errno, "cannot make %s", dir);
        return NULL;
    }
    return mem_printf(session->mem, "%s/%s-%s.log", dir,
                      clock_utc_text(session->mem, session->environment.now), phase);
}

int hook_run_phase_command(struct session *session, struct report *report, const char *phase,
                           const char *program, const struct names *words, struct err *err)
{
    const char *log = log_path(session, phase, err);
    if (log == NULL)
        return -1;
    const struct phase_command command = {program, words->names, log, session->log.json};
    const char *shown = text_shown(session->mem, words->names[0]);
    log_info(&session->log, "%s: running %s (log: %s)", phase, shown, log);
    int status = phase_command_run(session->mem, &command, err);
    if (status < 0)
        return -1;
    report->command_ran = true;
    report->command_status = status;
    if (status == 0)
        return 0;
    report->result = "command-failed";
    return err_set(err, STATUS_COMMAND_FAILED, "%s: %s failed with status %d; its output is in %s",
                   phase, shown, status, log);
}

/* The failure stands; what the steps at post-failure say is only added. */
void hook_after_failure(struct pipeline *pipeline, struct names *committed, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    struct err later = {.mem = session->mem};
    const char *result = report->result;
    bool earlier_hook =
        result != NULL && (strcmp(result, "applied") == 0 || strcmp(result, "unchanged") == 0);
    struct names own = {0};
    interrupt_pending = 0;
    if (err->status == STATUS_STUCK)
        log_warn(&session->log,
                 "post-failure is left out: nothing is written on top of what is stuck");
    else if (hook_run(pipeline, "post-failure", &own, &later) < 0)
        log_error(&session->log, "post-failure: %s", later.text);
    report->result = result == NULL || earlier_hook ? "failed" : result;
    if (err->status == STATUS_STUCK)
        report->result = "stuck";
    if (committed->count == 0)
        return;
    const char *list = "";
    for (size_t i = committed->count; i > 0; i--)
        list = mem_printf(session->mem, "%s%s`%s rollback %s`", list, list[0] == '\0' ? "" : ", ",
                          session_program(session), committed->names[i - 1]);
    err->text = mem_printf(session->mem, "%s; what was committed before stands; to undo it: %s",
                           err->text, list);
}

int hook_rehearse(struct pipeline *pipeline, const char *hook, struct change_set *changes,
                  struct err *err)
{
    const struct selection selection = {.hook = hook};
    if (pipeline_check(pipeline, &selection, err) < 0)
        return -1;
    return pipeline_plan(pipeline, &selection, changes, err);
}

void hook_begin_report(struct pipeline *pipeline)
{
    struct report *report = pipeline->report;
    /* The rehearsal's steps are not the run's. */
    report->steps = NULL;
    report->step_count = 0;
    report->next_steps = (struct names){0};
    for (size_t i = 0; i < pipeline->count; i++)
        pipeline->runners[i].dropped = false;
}

#include "pipeline.h"

#include "clock.h"
#include "interrupt.h"
#include "phase_command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Adds the number of a transaction to `committed`. One line tells what was done, then come the
 * findings. */
static int run_hook(struct session *session, const char *hook, struct names *committed,
                    struct err *err)
{
    const struct report *report = &session->report;
    const struct selection selection = {.hook = hook};
    const long transaction = report->transaction;
    const size_t findings = report->findings.count;
    int rc = pipeline_apply(session, &selection, false, err);
    if (report->transaction != transaction) {
        names_add(session->mem, committed, mem_printf(session->mem, "%ld", report->transaction));
        report_say(session, "%s: changed, as transaction %ld\n", hook, report->transaction);
    } else if (report->findings.count > findings) {
        report_say(session, "%s:\n", hook);
    }
    report_show_findings(session, findings, false);
    (void)fflush(stdout);
    return rc;
}

static int run_command(struct session *session, const char *phase, const char *program,
                       const struct names *words, struct err *err)
{
    const char *dir = mem_printf(session->mem, "%s/log", session->environment.state_dir);
    const char *log = mem_printf(session->mem, "%s/%s-%s.log", dir,
                                 clock_utc_text(session->mem, session->environment.now), phase);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_errno(err, STATUS_FAILED, errno, "cannot make %s", dir);
    const struct phase_command command = {program, words->names, log, session->log.json};
    const char *shown = text_shown(session->mem, words->names[0]);
    log_info(&session->log, "%s: running %s (log: %s)", phase, shown, log);
    int status = phase_command_run(session->mem, &command, err);
    if (status < 0)
        return -1;
    session->report.command_ran = true;
    session->report.command_status = status;
    if (status == 0)
        return 0;
    session->report.result = "command-failed";
    return err_set(err, STATUS_COMMAND_FAILED, "%s: %s failed with status %d; its output is in %s",
                   phase, shown, status, log);
}

/* The failure stands; what the steps at post-failure say is only added, and the way back from what
 * was committed. */
static void handle_failure(struct session *session, const struct names *committed, struct err *err)
{
    struct err later = {.mem = session->mem};
    const char *result = session->report.result;
    if (result == NULL || strcmp(result, "applied") == 0 || strcmp(result, "unchanged") == 0)
        result = "failed"; /* what an earlier hook came to is no more the run's result */
    struct names own = {0};
    interrupt_pending = 0;
    if (err->status == STATUS_STUCK)
        log_warn(&session->log,
                 "post-failure is left out: nothing is written on top of what is stuck");
    else if (run_hook(session, "post-failure", &own, &later) < 0)
        log_error(&session->log, "post-failure: %s", later.text);
    session->report.result = result;
    if (committed->count == 0)
        return;
    struct names ways = {0};
    for (size_t i = committed->count; i > 0; i--)
        names_add(session->mem, &ways,
                  mem_printf(session->mem, "`%s rollback %s`", session_program(session),
                             committed->names[i - 1]));
    err->text = mem_printf(session->mem, "%s; what was committed before stands; to undo it: %s",
                           err->text, names_join(session->mem, &ways, ", "));
}

static int run_phase(struct session *session, const struct phase_run *phase,
                     struct names *committed, struct err *err)
{
    if (run_hook(session, mem_printf(session->mem, "pre-%s", phase->name), committed, err) < 0)
        return -1;
    if (phase->elsewhere)
        log_info(&session->log, "%s: not on this host (only-on)", phase->name);
    for (size_t i = 0; i < phase->command_count && !phase->elsewhere; i++) {
        if (interrupt_pending)
            return err_set(err, STATUS_FAILED, "interrupted");
        if (run_command(session, phase->name, phase->programs[i], &phase->commands[i], err) < 0)
            return -1;
    }
    return run_hook(session, mem_printf(session->mem, "post-%s", phase->name), committed, err);
}

int phases_run(struct session *session, const struct phase_run *phases, size_t count,
               const char *resume, struct err *err)
{
    struct names committed = {0};
    int rc = 0;
    /* The rehearsal's steps are not the run's. */
    session->report.step_count = 0;
    session->report.next_steps = (struct names){0};
    for (size_t i = 0; i < session->runner_count; i++)
        session->runners[i].dropped = false;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = run_phase(session, &phases[i], &committed, err);
        if (rc < 0 && resume != NULL)
            err->text =
                mem_printf(session->mem, "%s; %s `%s %s`", err->text,
                           err->status == STATUS_STUCK ? "only then resume with" : "resume with",
                           resume, phases[i].name);
        if (rc == 0 && interrupt_pending && resume != NULL)
            rc = err_set(err, STATUS_FAILED, "interrupted after %s", phases[i].name);
    }
    if (rc < 0)
        handle_failure(session, &committed, err);
    report_show_next_steps(session);
    return rc;
}

int phases_rehearse(struct session *session, const struct phase_run *phases, size_t count,
                    struct change_set *changes, struct err *err)
{
    static const char *const when[] = {"pre", "post"};
    for (size_t i = 0; i < 2 * count; i++) {
        const struct selection selection = {
            .hook = mem_printf(session->mem, "%s-%s", when[i % 2], phases[i / 2].name)};
        if (pipeline_check(session, &selection, err) < 0 ||
            pipeline_plan(session, &selection, changes, err) < 0)
            return -1;
    }
    return 0;
}

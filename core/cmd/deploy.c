/*
 * The commands `wrap` and `deploy`: TeamForge's phases with steps hooked around them.
 *
 *     all hooks checked and planned
 *     -> for each phase: pre-PHASE steps | command | post-PHASE steps
 *     what fails: post-failure steps
 *
 * The lock is held throughout. Steps of a hook are one transaction. Once a phase command has
 * started, nothing that was committed before it is undone by itself: the site may use it already;
 * the message names the rollback of each.
 */
#include "commands.h"

#include "clock.h"
#include "consent.h"
#include "interrupt.h"
#include "invoker_environment.h"
#include "lock_and_recover.h"
#include "phase_command.h"
#include "pipeline.h"
#include "pipeline_apply.h"
#include "report_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Transactions that this deploy committed: what a failure must name. */
struct progress {
    struct names committed;
};

static const char *hook_name(struct session *session, const char *when, const char *phase)
{
    return mem_printf(session->mem, "%s-%s", when, phase);
}

/* One line of what a hook has done, then what its verification found. */
static void show_hook(const struct session *session, const struct report *report, const char *hook,
                      long before)
{
    if (session->log.json)
        return;
    if (report->transaction != before)
        (void)printf("%s: changed, as transaction %ld\n", hook, report->transaction);
    else if (report->findings.count > 0)
        (void)printf("%s:\n", hook);
    report_show_findings(session, report, false, stdout);
    (void)fflush(stdout);
}

static int run_hook(struct pipeline *pipeline, const char *hook, struct progress *progress,
                    struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const struct apply_request what = {.selection = {.hook = hook},
                                       .command = cli_command_names[session->cli.command]};
    long before = report->transaction;
    struct findings earlier = report->findings;
    session->cli.hook = hook;
    int rc = pipeline_apply(pipeline, &what, err);
    if (report->transaction != before)
        names_add(session->mem, &progress->committed,
                  mem_printf(session->mem, "%ld", report->transaction));
    show_hook(session, report, hook, before);
    /* pipeline_apply() reports the findings of its own hook; the earlier hooks' are kept before
     * them. */
    struct findings all = {0};
    for (size_t i = 0; i < earlier.count; i++)
        *mem_push(session->mem, all.items, all.count) = earlier.items[i];
    for (size_t i = 0; i < report->findings.count; i++)
        *mem_push(session->mem, all.items, all.count) = report->findings.items[i];
    report->findings = all;
    session->cli.hook = NULL;
    return rc;
}

/* Below --root when it is there, else as it is written. */
static const char *command_path(struct session *session, const char *path)
{
    const char *inside = NULL;
    if (root_resolve(&session->environment.root, session->mem, path, &inside) == 0 &&
        access(inside, X_OK) == 0)
        return inside;
    return path;
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

static int run_words(struct session *session, struct report *report, const char *phase,
                     const char *program, const struct names *words, struct err *err)
{
    const char *log = log_path(session, phase, err);
    if (log == NULL)
        return -1;
    const struct phase_command command = {program, words->names, log, session->log.json};
    const char *shown = text_escape(session->mem, words->names[0], strlen(words->names[0]));
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

static int run_phase_commands(struct session *session, struct report *report,
                              const struct phase *phase, struct err *err)
{
    if (!config_names_host(&phase->only_on, session->environment.hostname)) {
        log_info(&session->log, "%s: not on this host (only-on)", phase->name);
        return 0;
    }
    for (size_t i = 0; i < phase->command_count; i++) {
        if (interrupt_pending)
            return err_set(err, STATUS_FAILED, "interrupted");
        if (run_words(session, report, phase->name,
                      command_path(session, phase->commands[i].names[0]), &phase->commands[i],
                      err) < 0)
            return -1;
    }
    return 0;
}

/* The failure stands; what the steps at post-failure say is only added. */
static void after_failure(struct pipeline *pipeline, struct progress *progress, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    struct err later = {.mem = session->mem};
    const char *result = report->result;
    bool earlier_hook =
        result != NULL && (strcmp(result, "applied") == 0 || strcmp(result, "unchanged") == 0);
    struct progress own = {0};
    interrupt_pending = 0;
    if (err->status == STATUS_STUCK)
        log_warn(&session->log,
                 "post-failure is left out: nothing is written on top of what is stuck");
    else if (run_hook(pipeline, "post-failure", &own, &later) < 0)
        log_error(&session->log, "post-failure: %s", later.text);
    report->result = result == NULL || earlier_hook ? "failed" : result;
    if (err->status == STATUS_STUCK)
        report->result = "stuck";
    if (progress->committed.count == 0)
        return;
    const char *list = "";
    for (size_t i = progress->committed.count; i > 0; i--)
        list = mem_printf(session->mem, "%s%s`%s rollback %s`", list, list[0] == '\0' ? "" : ", ",
                          session_program(session), progress->committed.names[i - 1]);
    err->text = mem_printf(session->mem, "%s; what was committed before stands; to undo it: %s",
                           err->text, list);
}

static int check_hook(struct pipeline *pipeline, const char *hook, struct change_set *changes,
                      struct err *err)
{
    const struct selection selection = {.hook = hook};
    if (pipeline_check(pipeline, &selection, false, err) < 0)
        return -1;
    return pipeline_plan(pipeline, &selection, changes, true, err);
}

/* --- wrap --- */

/* As the caller's shell would find it; before anything is touched. */
static int find_program(struct session *session, struct report *report, const char *name,
                        const char **ret, struct err *err)
{
    const char *found = name;
    const char *path = "/usr/sbin:/usr/bin:/sbin:/bin";
    for (char *const *entry = invoker_environment(); *entry != NULL; entry++)
        if (strncmp(*entry, "PATH=", 5) == 0)
            path = *entry + 5;
    bool searched = strchr(name, '/') == NULL;
    while (searched && *path != '\0') {
        size_t length = strcspn(path, ":");
        found = mem_printf(session->mem, "%.*s/%s", (int)length, path, name);
        if (access(found, X_OK) == 0)
            break;
        path += length + (path[length] == ':');
    }
    if (access(found, X_OK) == 0) {
        *ret = found;
        return 0;
    }
    report->command_ran = true;
    report->command_status = errno == ENOENT ? 127 : 126;
    report->result = "command-failed";
    return err_errno(err, STATUS_COMMAND_FAILED, errno, "cannot run %s; nothing was changed", name);
}

static int wrap_phase(struct pipeline *pipeline, const char *program, struct progress *progress,
                      struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const char *phase = session->cli.name;
    if (run_hook(pipeline, hook_name(session, "pre", phase), progress, err) < 0)
        return -1;
    if (interrupt_pending)
        return err_set(err, STATUS_FAILED, "interrupted");
    if (run_words(session, report, phase, program, &session->cli.words, err) < 0)
        return -1;
    return run_hook(pipeline, hook_name(session, "post", phase), progress, err);
}

static void begin_report(struct pipeline *pipeline)
{
    struct report *report = pipeline->report;
    /* The rehearsal's steps are not the run's. */
    report->steps = NULL;
    report->step_count = 0;
    report->next_steps = (struct names){0};
    for (size_t i = 0; i < pipeline->count; i++)
        pipeline->runners[i].dropped = false;
}

int command_wrap(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const char *program = NULL;
    struct progress progress = {0};
    struct change_set rehearsal = {.mem = session->mem};
    if (find_program(session, report, session->cli.words.names[0], &program, err) < 0 ||
        lock_and_recover(session, report, err) < 0 ||
        check_hook(pipeline, hook_name(session, "pre", session->cli.name), &rehearsal, err) < 0 ||
        check_hook(pipeline, hook_name(session, "post", session->cli.name), &rehearsal, err) < 0)
        return -1;
    if (!session->log.json && !session->log.quiet)
        report_show_changes(session, &rehearsal, stdout);
    begin_report(pipeline);
    int rc = wrap_phase(pipeline, program, &progress, err);
    if (rc < 0)
        after_failure(pipeline, &progress, err);
    if (!session->log.json)
        report_show_next_steps(report, stdout);
    return rc;
}

/* --- deploy --- */

/* The index of a phase; the number of phases when there is none of that name. */
static size_t find_phase(const struct config *config, const char *name)
{
    size_t i = 0;
    while (i < config->phase_count && strcmp(config->phases[i].name, name) != 0)
        i++;
    return i;
}

/* The phases of --from to --to. */
static int choose_phases(struct session *session, size_t *ret_first, size_t *ret_end,
                         struct err *err)
{
    const struct config *config = &session->config;
    size_t count = config->phase_count;
    size_t first = session->cli.from == NULL ? 0 : find_phase(config, session->cli.from);
    size_t last = session->cli.to == NULL ? count - 1 : find_phase(config, session->cli.to);
    if (count == 0)
        return err_set(err, STATUS_REJECTED,
                       "%s: there is no [phase NAME]; deploy has nothing to run", config->file);
    if (first == count || last == count)
        return err_set(err, STATUS_USAGE, "%s: there is no [phase %s]", config->file,
                       first == count ? session->cli.from : session->cli.to);
    if (last < first)
        return err_set(err, STATUS_USAGE, "%s runs %s before %s", config->file, session->cli.to,
                       session->cli.from);
    *ret_first = first;
    *ret_end = last + 1;
    return 0;
}

static int check_commands(struct session *session, const struct phase *phase, struct err *err)
{
    for (size_t i = 0; i < phase->command_count; i++) {
        const char *written = phase->commands[i].names[0];
        const char *path = command_path(session, written);
        if (session->environment.root.dir[0] != '\0' && path == written)
            log_warn(&session->log, "%s:%u: %s is not below --root: this machine's own will be run",
                     session->config.file, phase->line, written);
        if (config_names_host(&phase->only_on, session->environment.hostname) &&
            access(path, X_OK) < 0)
            return err_errno(err, STATUS_REJECTED, errno, "%s:%u: [phase %s] cannot run %s",
                             session->config.file, phase->line, phase->name, path);
    }
    return 0;
}

static int rehearse_hooks(struct pipeline *pipeline, size_t first, size_t end,
                          struct change_set *changes, struct err *err)
{
    struct session *session = pipeline->session;
    const struct selection failure = {.hook = "post-failure"};
    for (size_t i = first; i < end; i++) {
        const struct phase *phase = &session->config.phases[i];
        if (check_commands(session, phase, err) < 0 ||
            check_hook(pipeline, hook_name(session, "pre", phase->name), changes, err) < 0 ||
            check_hook(pipeline, hook_name(session, "post", phase->name), changes, err) < 0)
            return -1;
    }
    return pipeline_check(pipeline, &failure, false, err);
}

static int run_phases(struct pipeline *pipeline, size_t first, size_t end,
                      struct progress *progress, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    for (size_t i = first; i < end; i++) {
        const struct phase *phase = &session->config.phases[i];
        if (run_hook(pipeline, hook_name(session, "pre", phase->name), progress, err) < 0 ||
            run_phase_commands(session, report, phase, err) < 0 ||
            run_hook(pipeline, hook_name(session, "post", phase->name), progress, err) < 0) {
            err->text = mem_printf(
                session->mem, "%s; %s `tfhook deploy --from %s`", err->text,
                err->status == STATUS_STUCK ? "only then resume with" : "resume with", phase->name);
            return -1;
        }
        if (interrupt_pending)
            return err_set(err, STATUS_FAILED, "interrupted after %s", phase->name);
    }
    return 0;
}

static void show_deploy(struct session *session, struct report *report, size_t first, size_t end,
                        const struct change_set *changes)
{
    bool asks = !session->cli.yes && consent_is_asked();
    FILE *out = session->log.json ? stderr : stdout;
    if (session->log.json && !asks)
        return;
    report_show_steps(session, report, out);
    report_show_changes(session, changes, out);
    (void)fprintf(out, "Phases:");
    for (size_t i = first; i < end; i++)
        (void)fprintf(out, " %s", session->config.phases[i].name);
    (void)fprintf(out, "\n");
    (void)fflush(out);
}

int command_deploy(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    size_t first = 0;
    size_t end = 0;
    struct progress progress = {0};
    struct change_set rehearsal = {.mem = session->mem};
    if (!session->cli.yes && !consent_is_asked())
        return err_set(err, STATUS_USAGE,
                       "deploy runs phase commands, which stop the site: off a terminal it needs "
                       "--yes");
    if (choose_phases(session, &first, &end, err) < 0 ||
        lock_and_recover(session, report, err) < 0 ||
        rehearse_hooks(pipeline, first, end, &rehearsal, err) < 0)
        return -1;
    show_deploy(session, report, first, end, &rehearsal);
    if (!consent_ask(session, "Run these phases and make these changes?"))
        return err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
    begin_report(pipeline);
    int rc = run_phases(pipeline, first, end, &progress, err);
    if (rc < 0)
        after_failure(pipeline, &progress, err);
    else if (report->result == NULL)
        report->result = "unchanged";
    if (!session->log.json)
        report_show_next_steps(report, stdout);
    return rc;
}

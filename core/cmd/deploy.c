/* The command `deploy`: the config's phases in their order, each wrapped by its hooks
 * (phase_hooks.h). */
#include "commands.h"
#include "consent.h"
#include "interrupt.h"
#include "lock_and_recover.h"
#include "phase_hooks.h"
#include "report_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The program below --root, if there is one; else the path as the config has it. */
static const char *command_path(struct session *session, const char *path)
{
    const char *inside = NULL;
    if (root_resolve(&session->environment.root, session->mem, path, &inside) == 0 &&
        access(inside, X_OK) == 0)
        return inside;
    return path;
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
        if (hook_run_phase_command(session, report, phase->name,
                                   command_path(session, phase->commands[i].names[0]),
                                   &phase->commands[i], err) < 0)
            return -1;
    }
    return 0;
}

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
            hook_rehearse(pipeline, hook_name(session, "pre", phase->name), changes, err) < 0 ||
            hook_rehearse(pipeline, hook_name(session, "post", phase->name), changes, err) < 0)
            return -1;
    }
    return pipeline_check(pipeline, &failure, err);
}

static int run_phases(struct pipeline *pipeline, size_t first, size_t end, struct names *committed,
                      struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    for (size_t i = first; i < end; i++) {
        const struct phase *phase = &session->config.phases[i];
        if (hook_run(pipeline, hook_name(session, "pre", phase->name), committed, err) < 0 ||
            run_phase_commands(session, report, phase, err) < 0 ||
            hook_run(pipeline, hook_name(session, "post", phase->name), committed, err) < 0) {
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
    bool asks = !session->cli.yes && consent_has_terminal();
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
    struct names committed = {0};
    struct change_set rehearsal = {.mem = session->mem};
    if (!session->cli.yes && !consent_has_terminal())
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
    hook_begin_report(pipeline);
    int rc = run_phases(pipeline, first, end, &committed, err);
    if (rc < 0)
        hook_after_failure(pipeline, &committed, err);
    else if (report->result == NULL)
        report->result = "unchanged";
    if (!session->log.json)
        report_show_next_steps(report, stdout);
    return rc;
}

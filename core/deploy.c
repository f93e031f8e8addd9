#include "deploy.h"

#include "ask.h"
#include "caller.h"
#include "interrupt.h"
#include "phase_command.h"
#include "show.h"
#include "steps.h"
#include "transact.h"
#include "writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Transactions that this deploy committed: what a failure must name. */
struct progress {
    struct names committed;
};

static const char *hook_name(struct run *run, const char *when, const char *phase)
{
    return mem_printf(run->mem, "%s-%s", when, phase);
}

/* One line of what a hook has done, then what its verification found. */
static void show_hook(const struct run *run, const char *hook, long before)
{
    if (run->talk.json)
        return;
    if (run->report.transaction != before)
        (void)printf("%s: changed, as transaction %ld\n", hook, run->report.transaction);
    else if (run->report.findings.count > 0)
        (void)printf("%s:\n", hook);
    show_findings(run, false, stdout);
    (void)fflush(stdout);
}

static int run_hook(struct run *run, const char *hook, struct progress *progress, struct err *err)
{
    const struct transact what = {.selection = {.hook = hook},
                                  .command = cli_command_names[run->cli.command]};
    long before = run->report.transaction;
    struct findings earlier = run->report.findings;
    run->cli.hook = hook;
    int rc = transact(run, &what, err);
    if (run->report.transaction != before)
        names_add(run->mem, &progress->committed,
                  mem_printf(run->mem, "%ld", run->report.transaction));
    show_hook(run, hook, before);
    /* transact() reports the findings of its own hook; the earlier hooks' are kept before them. */
    struct findings all = {0};
    for (size_t i = 0; i < earlier.count; i++)
        *mem_push(run->mem, all.items, all.count) = earlier.items[i];
    for (size_t i = 0; i < run->report.findings.count; i++)
        *mem_push(run->mem, all.items, all.count) = run->report.findings.items[i];
    run->report.findings = all;
    run->cli.hook = NULL;
    return rc;
}

/* Below --root when it is there, else as it is written. */
static const char *command_path(struct run *run, const char *path)
{
    const char *inside = NULL;
    if (root_resolve(&run->world.root, run->mem, path, &inside) == 0 && access(inside, X_OK) == 0)
        return inside;
    return path;
}

static const char *log_path(struct run *run, const char *phase, struct err *err)
{
    const char *dir = mem_printf(run->mem, "%s/log", run->world.state_dir);
    if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
        (void)err_errno(err, STATUS_FAILED, errno, "cannot make %s", dir);
        return NULL;
    }
    return mem_printf(run->mem, "%s/%s-%s.log", dir, world_time(run->mem, run->world.now), phase);
}

static int run_words(struct run *run, const char *phase, const char *program,
                     const struct names *words, struct err *err)
{
    const char *log = log_path(run, phase, err);
    if (log == NULL)
        return -1;
    const struct phase_command command = {program, words->names, log, run->talk.json};
    const char *shown = text_escape(run->mem, words->names[0], strlen(words->names[0]));
    talk_info(&run->talk, "%s: running %s (log: %s)", phase, shown, log);
    int status = phase_command_run(run->mem, &command, err);
    if (status < 0)
        return -1;
    run->report.command_ran = true;
    run->report.command_status = status;
    if (status == 0)
        return 0;
    run->report.result = "command-failed";
    return err_set(err, STATUS_COMMAND_FAILED, "%s: %s failed with status %d; its output is in %s",
                   phase, shown, status, log);
}

static int run_phase_commands(struct run *run, const struct phase *phase, struct err *err)
{
    if (!config_names_host(&phase->only_on, run->world.hostname)) {
        talk_info(&run->talk, "%s: not on this host (only-on)", phase->name);
        return 0;
    }
    for (size_t i = 0; i < phase->command_count; i++) {
        if (interrupt_pending)
            return err_set(err, STATUS_FAILED, "interrupted");
        if (run_words(run, phase->name, command_path(run, phase->commands[i].names[0]),
                      &phase->commands[i], err) < 0)
            return -1;
    }
    return 0;
}

/* The failure stands; what the steps at post-failure say is only added. */
static void after_failure(struct run *run, struct progress *progress, struct err *err)
{
    struct err later = {.mem = run->mem};
    const char *result = run->report.result;
    bool earlier_hook =
        result != NULL && (strcmp(result, "applied") == 0 || strcmp(result, "unchanged") == 0);
    struct progress own = {0};
    interrupt_pending = 0;
    if (err->status == STATUS_STUCK)
        talk_warn(&run->talk,
                  "post-failure is left out: nothing is written on top of what is stuck");
    else if (run_hook(run, "post-failure", &own, &later) < 0)
        talk_error(&run->talk, "post-failure: %s", later.text);
    run->report.result = result == NULL || earlier_hook ? "failed" : result;
    if (err->status == STATUS_STUCK)
        run->report.result = "stuck";
    if (progress->committed.count == 0)
        return;
    const char *list = "";
    for (size_t i = progress->committed.count; i > 0; i--)
        list = mem_printf(run->mem, "%s%s`%s rollback %s`", list, list[0] == '\0' ? "" : ", ",
                          run_program(run), progress->committed.names[i - 1]);
    err->text = mem_printf(run->mem, "%s; what was committed before stands; to undo it: %s",
                           err->text, list);
}

static int check_hook(struct run *run, const char *hook, struct stage *stage, struct err *err)
{
    const struct selection selection = {.hook = hook};
    if (steps_check(run, &selection, false, err) < 0)
        return -1;
    return steps_plan(run, &selection, stage, true, err);
}

/* --- wrap --- */

/* As the caller's shell would find it; before anything is touched. */
static int find_program(struct run *run, const char *name, const char **ret, struct err *err)
{
    const char *found = name;
    const char *path = "/usr/sbin:/usr/bin:/sbin:/bin";
    for (char *const *entry = caller_environment(); *entry != NULL; entry++)
        if (strncmp(*entry, "PATH=", 5) == 0)
            path = *entry + 5;
    bool searched = strchr(name, '/') == NULL;
    while (searched && *path != '\0') {
        size_t length = strcspn(path, ":");
        found = mem_printf(run->mem, "%.*s/%s", (int)length, path, name);
        if (access(found, X_OK) == 0)
            break;
        path += length + (path[length] == ':');
    }
    if (access(found, X_OK) == 0) {
        *ret = found;
        return 0;
    }
    run->report.command_ran = true;
    run->report.command_status = errno == ENOENT ? 127 : 126;
    run->report.result = "command-failed";
    return err_errno(err, STATUS_COMMAND_FAILED, errno, "cannot run %s; nothing was changed", name);
}

static int wrap_phase(struct run *run, const char *program, struct progress *progress,
                      struct err *err)
{
    const char *phase = run->cli.name;
    if (run_hook(run, hook_name(run, "pre", phase), progress, err) < 0)
        return -1;
    if (interrupt_pending)
        return err_set(err, STATUS_FAILED, "interrupted");
    if (run_words(run, phase, program, &run->cli.words, err) < 0)
        return -1;
    return run_hook(run, hook_name(run, "post", phase), progress, err);
}

static void begin_report(struct run *run)
{
    /* The rehearsal's steps are not the run's. */
    run->report.steps = NULL;
    run->report.step_count = 0;
    run->report.next_steps = (struct names){0};
    for (size_t i = 0; i < run->runner_count; i++)
        run->runners[i].dropped = false;
}

int deploy_wrap(struct run *run, struct err *err)
{
    const char *program = NULL;
    struct progress progress = {0};
    struct stage rehearsal = {.mem = run->mem};
    if (find_program(run, run->cli.words.names[0], &program, err) < 0 ||
        writer_begin(run, err) < 0 ||
        check_hook(run, hook_name(run, "pre", run->cli.name), &rehearsal, err) < 0 ||
        check_hook(run, hook_name(run, "post", run->cli.name), &rehearsal, err) < 0)
        return -1;
    if (!run->talk.json && !run->talk.quiet)
        show_changes(run, &rehearsal, stdout);
    begin_report(run);
    int rc = wrap_phase(run, program, &progress, err);
    if (rc < 0)
        after_failure(run, &progress, err);
    if (!run->talk.json)
        show_next_steps(run, stdout);
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
static int choose_phases(struct run *run, size_t *ret_first, size_t *ret_end, struct err *err)
{
    const struct config *config = &run->config;
    size_t count = config->phase_count;
    size_t first = run->cli.from == NULL ? 0 : find_phase(config, run->cli.from);
    size_t last = run->cli.to == NULL ? count - 1 : find_phase(config, run->cli.to);
    if (count == 0)
        return err_set(err, STATUS_REJECTED,
                       "%s: there is no [phase NAME]; deploy has nothing to run", config->file);
    if (first == count || last == count)
        return err_set(err, STATUS_USAGE, "%s: there is no [phase %s]", config->file,
                       first == count ? run->cli.from : run->cli.to);
    if (last < first)
        return err_set(err, STATUS_USAGE, "%s runs %s before %s", config->file, run->cli.to,
                       run->cli.from);
    *ret_first = first;
    *ret_end = last + 1;
    return 0;
}

static int check_commands(struct run *run, const struct phase *phase, struct err *err)
{
    for (size_t i = 0; i < phase->command_count; i++) {
        const char *written = phase->commands[i].names[0];
        const char *path = command_path(run, written);
        if (run->world.root.dir[0] != '\0' && path == written)
            talk_warn(&run->talk, "%s:%u: %s is not below --root: this machine's own will be run",
                      run->config.file, phase->line, written);
        if (config_names_host(&phase->only_on, run->world.hostname) && access(path, X_OK) < 0)
            return err_errno(err, STATUS_REJECTED, errno, "%s:%u: [phase %s] cannot run %s",
                             run->config.file, phase->line, phase->name, path);
    }
    return 0;
}

static int rehearse(struct run *run, size_t first, size_t end, struct stage *stage, struct err *err)
{
    const struct selection failure = {.hook = "post-failure"};
    for (size_t i = first; i < end; i++) {
        const struct phase *phase = &run->config.phases[i];
        if (check_commands(run, phase, err) < 0 ||
            check_hook(run, hook_name(run, "pre", phase->name), stage, err) < 0 ||
            check_hook(run, hook_name(run, "post", phase->name), stage, err) < 0)
            return -1;
    }
    return steps_check(run, &failure, false, err);
}

static int run_phases(struct run *run, size_t first, size_t end, struct progress *progress,
                      struct err *err)
{
    for (size_t i = first; i < end; i++) {
        const struct phase *phase = &run->config.phases[i];
        if (run_hook(run, hook_name(run, "pre", phase->name), progress, err) < 0 ||
            run_phase_commands(run, phase, err) < 0 ||
            run_hook(run, hook_name(run, "post", phase->name), progress, err) < 0) {
            err->text = mem_printf(
                run->mem, "%s; %s `tfhook deploy --from %s`", err->text,
                err->status == STATUS_STUCK ? "only then resume with" : "resume with", phase->name);
            return -1;
        }
        if (interrupt_pending)
            return err_set(err, STATUS_FAILED, "interrupted after %s", phase->name);
    }
    return 0;
}

static void show_deploy(struct run *run, size_t first, size_t end, const struct stage *stage)
{
    bool asks = !run->cli.yes && ask_is_terminal();
    FILE *out = run->talk.json ? stderr : stdout;
    if (run->talk.json && !asks)
        return;
    show_steps(run, out);
    show_changes(run, stage, out);
    (void)fprintf(out, "Phases:");
    for (size_t i = first; i < end; i++)
        (void)fprintf(out, " %s", run->config.phases[i].name);
    (void)fprintf(out, "\n");
    (void)fflush(out);
}

int deploy_command(struct run *run, struct err *err)
{
    size_t first = 0;
    size_t end = 0;
    struct progress progress = {0};
    struct stage rehearsal = {.mem = run->mem};
    if (!run->cli.yes && !ask_is_terminal())
        return err_set(err, STATUS_USAGE,
                       "deploy runs phase commands, which stop the site: off a terminal it needs "
                       "--yes");
    if (choose_phases(run, &first, &end, err) < 0 || writer_begin(run, err) < 0 ||
        rehearse(run, first, end, &rehearsal, err) < 0)
        return -1;
    show_deploy(run, first, end, &rehearsal);
    if (!ask_consent(run, "Run these phases and make these changes?"))
        return err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
    begin_report(run);
    int rc = run_phases(run, first, end, &progress, err);
    if (rc < 0)
        after_failure(run, &progress, err);
    else if (run->report.result == NULL)
        run->report.result = "unchanged";
    if (!run->talk.json)
        show_next_steps(run, stdout);
    return rc;
}

/* The command `deploy`: the config's phases in their order, each wrapped by its hooks
 * (phases.c). */
#include "commands.h"

#include <errno.h>
#include <unistd.h>

/* The phases of --from to --to. */
static int choose_phases(struct session *session, const struct phase **ret, size_t *ret_count,
                         struct err *err)
{
    const struct config *config = &session->config;
    size_t count = config->phase_count;
    size_t first = session->cli.from == NULL ? 0 : pipeline_find_phase(config, session->cli.from);
    size_t last =
        session->cli.to == NULL ? count - 1 : pipeline_find_phase(config, session->cli.to);
    if (count == 0)
        return err_set(err, STATUS_REJECTED,
                       "%s: there is no [phase NAME]; deploy has nothing to run", config->file);
    if (first == count || last == count)
        return err_set(err, STATUS_USAGE, "%s: there is no [phase %s]", config->file,
                       first == count ? session->cli.from : session->cli.to);
    if (last < first)
        return err_set(err, STATUS_USAGE, "%s runs %s before %s", config->file, session->cli.to,
                       session->cli.from);
    *ret = &config->phases[first];
    *ret_count = last - first + 1;
    return 0;
}

/* One phase as it is to be run, if its commands can be. */
static int prepare_phase(struct session *session, const struct phase *phase, struct phase_run *ret,
                         struct err *err)
{
    const char **programs = mem_alloc(session->mem, phase->command_count * sizeof *programs);
    *ret = (struct phase_run){
        .name = phase->name,
        .commands = phase->commands,
        .programs = programs,
        .command_count = phase->command_count,
        .elsewhere = !config_names_host(&phase->only_on, session->environment.hostname)};
    for (size_t i = 0; i < phase->command_count; i++) {
        const char *written = phase->commands[i].names[0];
        const struct root *root = &session->environment.root;
        /* The program below --root, if there is one; else the path as the config has it. */
        if (root_resolve(root, session->mem, written, &programs[i]) < 0 ||
            access(programs[i], X_OK) < 0)
            programs[i] = written;
        if (root->dir[0] != '\0' && programs[i] == written)
            log_warn(&session->log, "%s:%u: %s is not below --root: this machine's own will be run",
                     session->config.file, phase->line, written);
        if (!ret->elsewhere && access(programs[i], X_OK) < 0)
            return err_errno(err, STATUS_REJECTED, errno, "%s:%u: [phase %s] cannot run %s",
                             session->config.file, phase->line, phase->name, programs[i]);
    }
    return 0;
}

static void show_deploy(struct session *session, const struct phase_run *phases, size_t count,
                        const struct change_set *changes)
{
    consent_begin(session);
    report_show_steps(session);
    report_show_changes(session, changes);
    report_say(session, "Phases:");
    for (size_t i = 0; i < count; i++)
        report_say(session, " %s", phases[i].name);
    report_say(session, "\n");
    (void)fflush(stdout);
}

int command_deploy(struct session *session, struct err *err)
{
    const struct phase *chosen = NULL;
    size_t count = 0;
    struct change_set rehearsal = {.mem = session->mem};
    const struct selection failure = {.hook = "post-failure"};
    if (!session->cli.yes && !consent_has_terminal())
        return err_set(err, STATUS_USAGE,
                       "deploy runs phase commands, which stop the site: off a terminal it needs "
                       "--yes");
    if (choose_phases(session, &chosen, &count, err) < 0 || lock_and_recover(session, err) < 0)
        return -1;
    struct phase_run *phases = mem_alloc(session->mem, count * sizeof *phases);
    for (size_t i = 0; i < count; i++)
        if (prepare_phase(session, &chosen[i], &phases[i], err) < 0)
            return -1;
    if (phases_rehearse(session, phases, count, &rehearsal, err) < 0 ||
        pipeline_check(session, &failure, err) < 0)
        return -1;
    show_deploy(session, phases, count, &rehearsal);
    if (!consent_ask(session, "Run these phases and make these changes?"))
        return err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
    const char *resume = mem_printf(session->mem, "%s deploy --from", session_program(session));
    int rc = phases_run(session, phases, count, resume, err);
    if (session->report.result == NULL)
        session->report.result = "unchanged";
    return rc;
}

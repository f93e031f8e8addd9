#include "pipeline.h"

#include "descriptors.h"
#include "interrupt.h"
#include "plugin_call.h"
#include "secure_path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t pipeline_find_phase(const struct config *config, const char *name)
{
    size_t i = 0;
    while (i < config->phase_count && strcmp(config->phases[i].name, name) != 0)
        i++;
    return i;
}

/* `wrap` may still run them; but who has phases means deploy. */
static void warn_of_idle_hooks(const struct session *session)
{
    const struct config *config = &session->config;
    for (size_t i = 0; i < config->step_count && config->phase_count > 0; i++)
        for (size_t k = 0; k < config->steps[i].hooks.count; k++) {
            const char *hook = config->steps[i].hooks.names[k];
            const char *phase = strchr(hook, '-') + 1;
            if (strcmp(hook, "post-failure") != 0 &&
                pipeline_find_phase(config, phase) == config->phase_count)
                log_warn(&session->log,
                         "%s:%u: [step %s] is at %s, but there is no [phase %s]: `tfhook deploy` "
                         "does not run it there",
                         config->file, config->steps[i].line, config->steps[i].name, hook, phase);
        }
}

const char *pipeline_missing_plugin(const struct session *session, const char *name)
{
    const char *plugin_dir = session->environment.plugin_dir;
    struct names known = {0};
    if (access(mem_printf(session->mem, "%s/%s.so", plugin_dir, name), F_OK) == 0)
        return NULL;
    bool listed = loader_names(session->mem, plugin_dir, &known) == 0;
    return mem_printf(session->mem, "no plugin is called %s in %s%s", name, plugin_dir,
                      listed ? text_did_you_mean(session->mem, name, &known) : "");
}

int pipeline_open_plugins(struct session *session, struct err *err)
{
    const char *plugin_dir = session->environment.plugin_dir;
    if (access(plugin_dir, R_OK) < 0)
        return err_errno(
            err, STATUS_REJECTED, errno,
            "cannot read the plugin directory %s (set plugin-dir, or use --plugin-dir)",
            plugin_dir);
    session->plugin_dir = secure_path_open_directory(
        plugin_dir, mem_printf(session->mem, "the plugins in %s are not loaded", plugin_dir), err);
    if (session->plugin_dir < 0)
        return -1;
    interrupt_catch();
    return 0;
}

int pipeline_describe(struct session *session, struct runner *runner, struct err *err)
{
    struct plugin_file *file = mem_alloc(session->mem, sizeof *file);
    if (loader_open(session->mem, session->plugin_dir, session->environment.plugin_dir,
                    runner->step->plugin, file, err) < 0)
        return -1;
    struct call_result result;
    const struct plugin_call call = {.call = CALL_DESCRIBE,
                                     .environment = &session->environment,
                                     .log = &session->log,
                                     .file = file,
                                     .step = runner->step,
                                     .lock = session->lock};
    plugin_call_run(session->mem, &call, &result);
    if (result.status != STEP_OK || result.info.name == NULL) {
        descriptor_close(&file->fd);
        return err_set(err, STATUS_REJECTED, "%s", result.message);
    }
    runner->file = file;
    runner->plugin = result.info;
    return 0;
}

static void describe_step(struct session *session, struct runner *runner, struct names *problems)
{
    const struct step *step = runner->step;
    for (const struct runner *other = session->runners; other < runner; other++) {
        if (other->plugin.name != NULL && strcmp(other->step->plugin, step->plugin) == 0) {
            runner->file = other->file;
            runner->plugin = other->plugin;
            return;
        }
    }
    struct err err = {.mem = session->mem};
    bool in_file = step->line > 0;
    const char *problem = pipeline_missing_plugin(session, step->plugin);
    if (problem == NULL && pipeline_describe(session, runner, &err) == 0)
        return;
    if (problem == NULL)
        problem =
            in_file ? mem_printf(session->mem, "[step %s]: %s", step->name, err.text) : err.text;
    if (in_file)
        problem = mem_printf(session->mem, "%s:%u: %s", session->config.file, step->line, problem);
    names_add(session->mem, problems, problem);
}

/* A default that no step's plugin understands is a mistake, not a default. */
static void check_site(const struct session *session, struct names *problems)
{
    const struct config *config = &session->config;
    struct names known = {0};
    for (size_t i = 0; i < session->runner_count; i++)
        value_key_names(session->mem, session->runners[i].plugin.keys,
                        session->runners[i].plugin.key_count, &known);
    for (size_t i = 0; i < config->site_count; i++) {
        const char *key = config->site[i].key;
        if (!names_have(&known, key))
            names_add(session->mem, problems,
                      mem_printf(session->mem, "%s:%u: [site]: no step's plugin has a key %s%s",
                                 config->file, config->site[i].line, key,
                                 text_did_you_mean(session->mem, key, &known)));
    }
}

enum { PROBLEMS_SHOWN = 25 };

/* The line of "FILE:LINE: ..."; 0 when it has none. */
static long line_of(const struct session *session, const char *problem)
{
    size_t length = strlen(session->config.file);
    if (strncmp(problem, session->config.file, length) != 0 || problem[length] != ':')
        return 0;
    return strtol(problem + length + 1, NULL, 10);
}

/* In the order of the file, however they were found. */
static void sort_problems(const struct session *session, struct names *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        const char *problem = problems->names[i];
        size_t at = i;
        for (; at > 0 && line_of(session, problems->names[at - 1]) > line_of(session, problem);
             at--)
            problems->names[at] = problems->names[at - 1];
        problems->names[at] = problem;
    }
}

static int report_problems(struct session *session, struct names *problems, struct err *err)
{
    if (problems->count == 0)
        return 0;
    sort_problems(session, problems);
    size_t count = problems->count;
    names_truncate(problems, PROBLEMS_SHOWN);
    if (count > PROBLEMS_SHOWN)
        names_add(session->mem, problems,
                  mem_printf(session->mem, "%s: and %zu more like these", session->config.file,
                             count - PROBLEMS_SHOWN));
    return err_set(err, STATUS_REJECTED, "%s", names_join(session->mem, problems, "\n"));
}

int pipeline_load(struct session *session, struct err *err)
{
    struct names problems = {0};
    char cwd[PATH_MAX];
    bool command_line = session->cli.plugin != NULL;
    struct blob text;
    if (!command_line && session_config_text(session, &text, err) < 0)
        return -1;
    if (command_line)
        config_of_options(session->mem, session->cli.plugin, &session->cli.options,
                          &session->config, &problems);
    else
        config_parse(session->mem, text_shown(session->mem, session->cli.config), &text,
                     &session->config, &problems);
    if (session_open(session, err) < 0)
        return -1;
    struct err unopened = {.mem = session->mem};
    bool opened = pipeline_open_plugins(session, &unopened) == 0;
    if (!opened)
        names_add(session->mem, &problems, unopened.text);
    size_t before = problems.count;
    for (size_t i = 0; i < session->config.step_count; i++) {
        struct runner *runner = mem_push(session->mem, session->runners, session->runner_count);
        runner->step = &session->config.steps[i];
        if (runner->step->plugin == NULL || !opened)
            continue;
        describe_step(session, runner, &problems);
        if (runner->plugin.name != NULL)
            settings_make(session->mem, &session->config, runner->step, &runner->plugin,
                          command_line && getcwd(cwd, sizeof cwd) != NULL ? cwd : NULL,
                          &runner->settings, &problems);
    }
    if (opened && problems.count == before)
        check_site(session, &problems);
    int rc = interrupt_pending ? err_set(err, STATUS_FAILED, "interrupted; nothing was changed")
                               : report_problems(session, &problems, err);
    if (rc == 0 &&
        (session->cli.command == COMMAND_CHECK || session->cli.command == COMMAND_DEPLOY))
        warn_of_idle_hooks(session);
    return rc;
}

bool pipeline_selects(const struct selection *selection, const struct runner *runner)
{
    const struct names *hooks = &runner->step->hooks;
    if (runner->dropped)
        return false;
    if (selection->hook != NULL)
        return names_have(hooks, selection->hook);
    if (selection->steps != NULL && selection->steps->count > 0)
        return names_have(selection->steps, runner->step->name);
    bool for_failure = hooks->count == 1 && strcmp(hooks->names[0], "post-failure") == 0;
    return !selection->only_planners || (runner->plugin.plans && !for_failure);
}

int pipeline_select(struct session *session, struct selection *ret, struct err *err)
{
    struct names known = {0};
    bool any = false, verifies = session->cli.command != COMMAND_VERIFY;
    *ret = (struct selection){.hook = session->cli.hook,
                              .steps = &session->cli.steps,
                              .only_planners = session->cli.command != COMMAND_VERIFY};
    for (size_t i = 0; i < session->runner_count; i++) {
        const struct runner *runner = &session->runners[i];
        bool selected = pipeline_selects(ret, runner);
        names_add(session->mem, &known, runner->step->name);
        any |= selected;
        verifies |= selected && runner->plugin.verifies;
    }
    for (size_t i = 0; i < session->cli.steps.count; i++) {
        const char *name = session->cli.steps.names[i];
        if (!names_have(&known, name))
            return err_set(err, STATUS_USAGE, "no step is called %s in %s%s",
                           text_shown(session->mem, name), session->config.file,
                           text_did_you_mean(session->mem, name, &known));
    }
    if (any && verifies)
        return 0;
    if (any)
        return err_set(err, STATUS_USAGE, "no step that was chosen can verify anything");
    if (ret->hook != NULL)
        return err_set(err, STATUS_USAGE, "no step of %s is at the hook %s", session->config.file,
                       ret->hook);
    return err_set(err, STATUS_USAGE, "no step of %s can do this", session->config.file);
}

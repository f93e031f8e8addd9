#include "run.h"

#include "caller.h"
#include "child.h"
#include "fds.h"
#include "file.h"
#include "interrupt.h"
#include "landlock.h"
#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_STATE_DIR "/var/lib/tfhook"

enum { CONFIG_MAX = 1024 * 1024 };

static const char *from_cwd(struct mem *mem, const char *path)
{
    char cwd[PATH_MAX];
    if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
        return path;
    return mem_printf(mem, "%s/%s", cwd, path);
}

static int set_root(struct run *run, struct err *err)
{
    run->world.root.dir = "";
    if (run->cli.root == NULL)
        return 0;
    char *real = realpath(run->cli.root, NULL);
    if (real == NULL)
        return err_errno(err, STATUS_USAGE, errno, "--root %s", run->cli.root);
    run->world.root.dir = strcmp(real, "/") == 0 ? "" : mem_str(run->mem, real);
    free(real);
    return 0;
}

static const struct root everywhere = {.dir = ""};

/* From the command line as it is, from the config below --root. */
static int directory(struct run *run, const char *option, const char *key, const char *fallback,
                     bool fallback_in_root, const char *what, const char **ret, struct err *err)
{
    bool in_root = option == NULL && (key != NULL || fallback_in_root);
    const struct root *root = in_root ? &run->world.root : &everywhere;
    const char *path = option != NULL ? from_cwd(run->mem, option) : key != NULL ? key : fallback;
    return trust_resolve(run->mem, root, path, what, ret, err);
}

/* Who can write a journal can have any file put back, or removed; a note is a plugin's own word. */
static int trust_state(struct run *run, struct err *err)
{
    struct mem *mem = run->mem;
    const char *dir = run->world.state_dir;
    const char *what = mem_printf(mem, "the state directory %s is not used", dir);
    static const char *const held[] = {"", "/transactions", "/notes", "/log"};
    if (run->cli.command == COMMAND_PLUGINS)
        return 0;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        if (trust_directory(mem, mem_printf(mem, "%s%s", dir, held[i]), what, err) < 0)
            return -1;
    return 0;
}

/* That of the installation that the program is part of, wherever it was moved to. */
static const char *default_plugin_dir(struct mem *mem)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program);
    if (length <= 0 || (size_t)length >= sizeof program)
        return TFHOOK_PLUGIN_DIR;
    const char *beside = mem_printf(mem, "%s/" TFHOOK_PLUGINS_FROM_PROGRAM,
                                    file_parent(mem, mem_strn(mem, program, (size_t)length)));
    return access(beside, F_OK) == 0 ? beside : TFHOOK_PLUGIN_DIR;
}

int run_world(struct run *run, struct err *err)
{
    world_init(run->mem, &run->world);
    if (set_root(run, err) < 0)
        return -1;
    if (directory(run, run->cli.state_dir, run->config.state_dir, DEFAULT_STATE_DIR, true,
                  "the state directory is not used", &run->world.state_dir, err) < 0 ||
        directory(run, run->cli.plugin_dir, run->config.plugin_dir, default_plugin_dir(run->mem),
                  false, "the plugin directory is not used", &run->world.plugin_dir, err) < 0)
        return -1;
    return trust_state(run, err);
}

static bool has_phase(const struct config *config, const char *hook)
{
    const char *phase = strchr(hook, '-') + 1;
    for (size_t i = 0; i < config->phase_count; i++)
        if (strcmp(config->phases[i].name, phase) == 0)
            return true;
    return false;
}

/* `wrap` may still run them; but who has phases means deploy. */
static void warn_of_idle_hooks(const struct run *run)
{
    const struct config *config = &run->config;
    for (size_t i = 0; i < config->step_count && config->phase_count > 0; i++)
        for (size_t k = 0; k < config->steps[i].hooks.count; k++) {
            const char *hook = config->steps[i].hooks.names[k];
            if (strcmp(hook, "post-failure") != 0 && !has_phase(config, hook))
                talk_warn(&run->talk,
                          "%s:%u: [step %s] is at %s, but there is no [phase %s]: `tfhook deploy` "
                          "does not run it there",
                          config->file, config->steps[i].line, config->steps[i].name, hook,
                          strchr(hook, '-') + 1);
        }
}

/* Who can write the config can have commands run as root. */
int run_config_text(struct run *run, struct blob *ret, struct err *err)
{
    struct mem *mem = run->mem;
    const char *file = run->cli.config;
    const char *what = mem_printf(mem, "the config %s is not read", file);
    const char *real = NULL;
    if (trust_resolve(mem, &everywhere, from_cwd(mem, file), what, &real, err) < 0)
        return -1;
    int rc = access(real, F_OK) < 0 ? -errno : 0;
    if (rc == 0) {
        int directory = trust_open_directory(mem, file_parent(mem, real), what, err);
        int fd = directory < 0 ? -1
                               : trust_open_file(mem, directory, file_parent(mem, real),
                                                 strrchr(real, '/') + 1, what, err);
        if (directory >= 0)
            (void)close(directory);
        rc = fd < 0 ? -1 : file_read_open(mem, fd, CONFIG_MAX, ret);
    }
    if (rc < 0)
        return err_errno(err, STATUS_REJECTED, -rc, "cannot read the config %s%s", file,
                         rc == -ENOENT ? " (name another with -c FILE, or use --plugin NAME -o "
                                         "KEY=VALUE)"
                                       : "");
    return 0;
}

static int read_config(struct run *run, struct names *problems, struct err *err)
{
    const char *file = run->cli.config;
    struct blob text;
    if (run->cli.plugin != NULL) {
        config_of_options(run->mem, run->cli.plugin, &run->cli.options, &run->config, problems);
        return 0;
    }
    if (run_config_text(run, &text, err) < 0)
        return -1;
    const char *shown = text_escape(run->mem, file, strlen(file));
    config_read(run->mem, shown, &text, &run->config, problems);
    return 0;
}

/* A plugin that is not there: say which are. */
static void missing_plugin(struct run *run, const struct step *step, struct names *problems)
{
    struct names known = {0};
    const char *where =
        step->line > 0 ? mem_printf(run->mem, "%s:%u: ", run->config.file, step->line) : "";
    const char *meant = "";
    if (loader_names(run->mem, run->world.plugin_dir, &known) == 0)
        meant = config_did_you_mean(run->mem, step->plugin, &known);
    names_add(run->mem, problems,
              mem_printf(run->mem, "%sno plugin is called %s in %s%s", where, step->plugin,
                         run->world.plugin_dir, meant));
}

int run_open_plugins(struct run *run, struct err *err)
{
    const char *plugin_dir = run->world.plugin_dir;
    const char *lack = NULL;
    if (run->plugins >= 0)
        return 0;
    if (access(plugin_dir, R_OK) < 0)
        return err_errno(err, STATUS_REJECTED, errno,
                         "cannot read the plugin directory %s (set plugin-dir, or use "
                         "--plugin-dir)",
                         plugin_dir);
    run->plugins = trust_open_directory(
        run->mem, plugin_dir, mem_printf(run->mem, "the plugins in %s are not loaded", plugin_dir),
        err);
    if (run->plugins < 0)
        return -1;
    interrupt_catch();
    run->ruleset = landlock_ruleset(&lack);
    if (lack != NULL)
        talk_debug(&run->talk, "%s", lack);
    return 0;
}

int run_describe(struct run *run, struct runner *runner, struct err *err)
{
    struct plugin_file *file = mem_alloc(run->mem, sizeof *file);
    if (loader_open(run->mem, run->plugins, run->world.plugin_dir, runner->step->plugin, file,
                    err) < 0)
        return -1;
    struct outcome outcome;
    const struct child_call call = {.call = CALL_DESCRIBE,
                                    .world = &run->world,
                                    .talk = &run->talk,
                                    .file = file,
                                    .ruleset = run->ruleset,
                                    .step = runner->step};
    child_run(run->mem, &call, &outcome);
    if (outcome.status != STEP_OK || outcome.info.name == NULL) {
        fds_close(&file->fd);
        return err_set(err, STATUS_REJECTED, "%s", outcome.message);
    }
    runner->file = file;
    runner->plugin = outcome.info;
    return 0;
}

static void describe(struct run *run, struct runner *runner, struct names *problems)
{
    const struct step *step = runner->step;
    const char *file = mem_printf(run->mem, "%s/%s.so", run->world.plugin_dir, step->plugin);
    for (const struct runner *other = run->runners; other < runner; other++) {
        if (other->plugin.name != NULL && strcmp(other->step->plugin, step->plugin) == 0) {
            runner->file = other->file;
            runner->plugin = other->plugin;
            return;
        }
    }
    if (access(file, F_OK) < 0) {
        missing_plugin(run, step, problems);
        return;
    }
    struct err err = {.mem = run->mem};
    if (run_describe(run, runner, &err) < 0)
        names_add(run->mem, problems,
                  step->line > 0 ? mem_printf(run->mem, "%s:%u: [step %s]: %s", run->config.file,
                                              step->line, step->name, err.text)
                                 : err.text);
}

static bool any_plugin_has(const struct run *run, const char *key, struct names *known)
{
    bool found = false;
    for (size_t i = 0; i < run->runner_count; i++) {
        const struct plugin_info *plugin = &run->runners[i].plugin;
        for (size_t k = 0; k < plugin->key_count; k++) {
            found |= strcmp(plugin->keys[k].name, key) == 0;
            if (!names_have(known, plugin->keys[k].name))
                names_add(run->mem, known, plugin->keys[k].name);
        }
    }
    return found;
}

/* A default that no step's plugin understands is a mistake, not a default. */
static void check_site(struct run *run, struct names *problems)
{
    const struct config *config = &run->config;
    for (size_t i = 0; i < config->site_count; i++) {
        struct names known = {0};
        const char *key = config->site[i].key;
        if (!any_plugin_has(run, key, &known))
            names_add(run->mem, problems,
                      mem_printf(run->mem, "%s:%u: [site]: no step's plugin has a key %s%s",
                                 config->file, config->site[i].line, key,
                                 config_did_you_mean(run->mem, key, &known)));
    }
}

enum { PROBLEMS_SHOWN = 25 };

/* The line of "FILE:LINE: ..."; 0 when it has none. */
static long line_of(const struct run *run, const char *problem)
{
    size_t length = strlen(run->config.file);
    if (strncmp(problem, run->config.file, length) != 0 || problem[length] != ':')
        return 0;
    return strtol(problem + length + 1, NULL, 10);
}

/* In the order of the file, however they were found. */
static void sort_problems(const struct run *run, struct names *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        const char *problem = problems->names[i];
        size_t at = i;
        for (; at > 0 && line_of(run, problems->names[at - 1]) > line_of(run, problem); at--)
            problems->names[at] = problems->names[at - 1];
        problems->names[at] = problem;
    }
}

static int reject(struct run *run, struct names *problems, struct err *err)
{
    if (problems->count == 0)
        return 0;
    sort_problems(run, problems);
    char *all = mem_str(run->mem, problems->names[0]);
    for (size_t i = 1; i < problems->count && i < PROBLEMS_SHOWN; i++)
        all = mem_printf(run->mem, "%s\n%s", all, problems->names[i]);
    if (problems->count > PROBLEMS_SHOWN)
        all = mem_printf(run->mem, "%s\n%s: and %zu more like these", all, run->config.file,
                         problems->count - PROBLEMS_SHOWN);
    return err_set(err, STATUS_REJECTED, "%s", all);
}

int run_load(struct run *run, struct err *err)
{
    struct names problems = {0};
    char cwd[PATH_MAX];
    bool command_line = run->cli.plugin != NULL;
    if (read_config(run, &problems, err) < 0 || run_world(run, err) < 0)
        return -1;
    struct err unopened = {.mem = run->mem};
    bool opened = run_open_plugins(run, &unopened) == 0;
    if (!opened)
        names_add(run->mem, &problems, unopened.text);
    size_t before = problems.count;
    for (size_t i = 0; i < run->config.step_count; i++) {
        struct runner *runner = mem_push(run->mem, run->runners, run->runner_count);
        runner->step = &run->config.steps[i];
        if (runner->step->plugin == NULL || !opened)
            continue;
        describe(run, runner, &problems);
        if (runner->plugin.name != NULL)
            settings_make(run->mem, &run->config, runner->step, &runner->plugin,
                          command_line && getcwd(cwd, sizeof cwd) != NULL ? cwd : NULL,
                          &runner->settings, &problems);
    }
    if (opened && problems.count == before)
        check_site(run, &problems);
    int rc = interrupt_pending ? err_set(err, STATUS_FAILED, "interrupted; nothing was changed")
                               : reject(run, &problems, err);
    if (rc == 0 && (run->cli.command == COMMAND_CHECK || run->cli.command == COMMAND_DEPLOY))
        warn_of_idle_hooks(run);
    return rc;
}

bool run_selects(const struct run *run, const struct selection *selection,
                 const struct runner *runner, bool to_plan)
{
    (void)run;
    if (runner->dropped)
        return false;
    if (selection->hook != NULL)
        return names_have(&runner->step->hooks, selection->hook);
    if (selection->steps != NULL && selection->steps->count > 0)
        return names_have(selection->steps, runner->step->name);
    /* What is for failures only is not for a run that was not asked for it. */
    const struct names *hooks = &runner->step->hooks;
    bool for_failure = hooks->count == 1 && strcmp(hooks->names[0], "post-failure") == 0;
    return !to_plan || (runner->plugin.plans && !for_failure);
}

int run_check_names(struct run *run, struct err *err)
{
    struct names known = {0};
    for (size_t i = 0; i < run->runner_count; i++)
        names_add(run->mem, &known, run->runners[i].step->name);
    for (size_t i = 0; i < run->cli.steps.count; i++) {
        const char *name = run->cli.steps.names[i];
        if (!names_have(&known, name))
            return err_set(err, STATUS_USAGE, "no step is called %s in %s%s",
                           text_escape(run->mem, name, strlen(name)), run->config.file,
                           config_did_you_mean(run->mem, name, &known));
    }
    return 0;
}

const char *run_program(const struct run *run)
{
    const struct cli *cli = &run->cli;
    struct mem *mem = run->mem;
    const char *words = "tfhook";
    const struct {
        const char *option, *value;
    } given[] = {{"-c", cli->config_given ? cli->config : NULL},
                 {"--root", cli->root},
                 {"--state-dir", cli->state_dir}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (given[i].value != NULL)
            words = mem_printf(mem, "%s %s %s", words, given[i].option,
                               text_shell_word(mem, given[i].value));
    return words;
}

const char *run_user(struct run *run)
{
    const struct passwd *user = getpwuid(geteuid());
    const char *name = user != NULL ? user->pw_name : mem_printf(run->mem, "%u", geteuid());
    for (char *const *entry = caller_environment(); *entry != NULL; entry++)
        if (strncmp(*entry, "SUDO_USER=", 10) == 0)
            return mem_printf(run->mem, "%s (sudo by %s)", name,
                              text_escape(run->mem, *entry + 10, strlen(*entry + 10)));
    return mem_str(run->mem, name);
}

/*
 * tfhook: puts TLS in order on a TeamForge site, and proves it. From here the flow goes one way:
 * command line, config, steps in children, plan, transaction, report.
 */
#include "commands.h"
#include "descriptors.h"
#include "digest.h"
#include "interrupt.h"
#include "invoker_environment.h"
#include "report_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Descriptors 0 to 2 must be open: a file opened later must not become somebody's stderr. What is
 * written to a stdout that is closed fails, as it must. */
static void open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int mode = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) >= 0 || open("/dev/null", mode) == fd)
            continue;
        (void)dprintf(STDERR_FILENO,
                      "tfhook: descriptor %d is closed, and /dev/null cannot be opened in its "
                      "place: %s\n",
                      fd, strerror(errno));
        _exit(STATUS_INTERNAL);
    }
}

static const struct {
    command_run *run;
    bool needs_config;
} commands[COMMANDS] = {
    [COMMAND_CHECK] = {command_check, true},        [COMMAND_PLAN] = {command_plan, true},
    [COMMAND_APPLY] = {command_apply, true},        [COMMAND_VERIFY] = {command_verify, true},
    [COMMAND_WRAP] = {command_wrap, true},          [COMMAND_DEPLOY] = {command_deploy, true},
    [COMMAND_ROLLBACK] = {command_rollback, false}, [COMMAND_RECOVER] = {command_recover, false},
    [COMMAND_HISTORY] = {command_history, false},   [COMMAND_PLUGINS] = {command_plugins, false},
};

/* These work without a config; when there is one, it says where the state is. One that others can
 * change is not believed: then --state-dir has to say it, and nothing old is pruned. */
static int load_without_config(struct session *session, struct err *err)
{
    enum { KEEP_ALL = 1000000000 };
    struct names problems = {0};
    struct blob text;
    struct err unread = {.mem = session->mem};
    bool given = session->cli.config_given;
    bool there = given || access(session->cli.config, R_OK) == 0;
    bool read_it = there && session_config_text(session, &text, &unread) == 0;
    if (there && !read_it && (given || session->cli.state_dir == NULL))
        return err_set(err, unread.status, "%s; or name the state directory with --state-dir%s",
                       unread.text, given ? " in place of -c" : "");
    if (read_it)
        config_parse(session->mem, session->cli.config, &text, &session->config, &problems);
    if (session->config.keep == 0)
        config_of_options(session->mem, "none", &(struct names){0}, &session->config, &problems);
    if (there && !read_it)
        session->config.keep = KEEP_ALL;
    return session_open(session, err);
}

/* Each line of the error, as problems of the config are reported together. */
static void say_error(const struct session *session, const struct err *err)
{
    const char *text = err->text;
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        log_error(&session->log, "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static enum status run_command(struct session *session)
{
    struct err err = {.mem = session->mem};
    const struct cli *cli = &session->cli;
    session->log = (struct log){.quiet = cli->quiet,
                                .verbose = cli->verbose,
                                .json = cli->json,
                                .terminal = isatty(STDERR_FILENO) == 1,
                                .color_out = isatty(STDOUT_FILENO) == 1 && !cli->no_color &&
                                             getenv("NO_COLOR") == NULL};
    session->text = cli->json ? NULL : stdout;
    (void)digest(session->mem, "", 0); /* the library sets itself up here, not in every child */
    int rc = commands[cli->command].needs_config ? pipeline_load(session, &err)
                                                 : load_without_config(session, &err);
    if (rc == 0)
        rc = commands[cli->command].run(session, &err);
    if (session->lock >= 0)
        journal_prune(session->mem, session->environment.state_dir, session->config.keep);
    if (rc == 0)
        err = (struct err){.mem = session->mem};
    else if (err.status == STATUS_STUCK)
        session->report.result = "stuck";
    if (session->log.json && cli->command != COMMAND_PLUGINS)
        report_json(session, &err);
    say_error(session, &err);
    if (rc < 0)
        return err.status;
    bool pending = cli->detailed_exitcode && session->report.changes.count > 0;
    return pending ? STATUS_CHANGES : STATUS_OK;
}

/* What was committed stays committed, whoever reads about it: then a full stdout is a warning. */
static enum status flush_output(const struct session *session, enum status status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    bool changed = session->report.transaction > 0 || session->report.command_ran;
    /* Who reads through `head` has seen enough. */
    if (changed || errno != EPIPE)
        (void)fprintf(stderr, "tfhook: cannot write to stdout: %s\n",
                      interrupt_pending ? "interrupted" : strerror(errno));
    return status == STATUS_OK && !changed ? STATUS_FAILED : status;
}

int main(int argc, char **argv)
{
    /* Keys and passwords pass through this memory, and a core handler that is a pipe does not obey
     * the limit of a core file's size. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    static struct mem mem; /* freed by the end of the process */
    invoker_save(&mem);
    descriptors_note_inherited(&mem);
    struct session session = {
        .mem = &mem, .lock = -1, .plugin_dir = -1, .report = {.changes = {.mem = &mem}}};
    struct err err = {.mem = &mem};
    enum status status = STATUS_OK;
    open_standard_streams();
    if (cli_parse(&mem, argc, argv, &session.cli, &err) < 0) {
        status = err.status;
        if (session.cli.json)
            report_json(&session, &err);
        (void)fprintf(stderr, "tfhook: %s\n", err.text);
    } else if (session.cli.version) {
        (void)puts("tfhook " TFHOOK_VERSION);
    } else if (session.cli.help) {
        help_show(session.cli.command);
    } else {
        status = run_command(&session);
    }
    return (int)flush_output(&session, status); /* and the end of the process gives up the lock */
}

/*
 * tfhook: puts TLS in order on a TeamForge site, and proves it. From here the flow goes one way:
 * command line, config, steps in children, plan, transaction, report.
 */
#include "caller.h"
#include "catalog.h"
#include "commands.h"
#include "deploy.h"
#include "digest.h"
#include "help.h"
#include "history.h"
#include "interrupt.h"
#include "journal.h"
#include "recover.h"
#include "rollback.h"
#include "show.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static struct talk make_talk(const struct cli *cli)
{
    return (struct talk){.quiet = cli->quiet,
                         .verbose = cli->verbose,
                         .json = cli->json,
                         .terminal = isatty(STDERR_FILENO) == 1,
                         .color_out = isatty(STDOUT_FILENO) == 1 && !cli->no_color &&
                                      getenv("NO_COLOR") == NULL};
}

static int needs_config(enum command command)
{
    return command != COMMAND_PLUGINS && command != COMMAND_HISTORY &&
           command != COMMAND_ROLLBACK && command != COMMAND_RECOVER;
}

/* These work without a config; when there is one, it says where the state is. One that others can
 * change is not believed: then --state-dir has to say it, and nothing old is pruned. */
static int load_directories(struct run *run, struct err *err)
{
    enum { KEEP_ALL = 1000000000 };
    struct names problems = {0};
    struct blob text;
    struct err unread = {.mem = run->mem};
    bool given = run->cli.config_given;
    bool there = given || access(run->cli.config, R_OK) == 0;
    bool read_it = there && run_config_text(run, &text, &unread) == 0;
    if (there && !read_it && (given || run->cli.state_dir == NULL))
        return err_set(err, unread.status, "%s; or name the state directory with --state-dir%s",
                       unread.text, given ? " in place of -c" : "");
    if (read_it)
        config_read(run->mem, run->cli.config, &text, &run->config, &problems);
    if (run->config.keep == 0)
        config_of_options(run->mem, "none", &(struct names){0}, &run->config, &problems);
    if (there && !read_it)
        run->config.keep = KEEP_ALL;
    return run_world(run, err);
}

static int dispatch(struct run *run, bool *ret_pending, struct err *err)
{
    switch (run->cli.command) {
    case COMMAND_CHECK:
        return command_check(run, err);
    case COMMAND_PLAN:
        return command_plan(run, ret_pending, err);
    case COMMAND_APPLY:
        return command_apply(run, err);
    case COMMAND_VERIFY:
        return command_verify(run, err);
    case COMMAND_WRAP:
        return deploy_wrap(run, err);
    case COMMAND_DEPLOY:
        return deploy_command(run, err);
    case COMMAND_ROLLBACK:
        return rollback_command(run, err);
    case COMMAND_RECOVER:
        return recover_command(run, err);
    case COMMAND_HISTORY:
        return history_command(run, err);
    case COMMAND_PLUGINS:
        return catalog_command(run, err);
    default:
        return err_set(err, STATUS_INTERNAL, "a command without a function");
    }
}

/* Each line of the error, as problems of the config are reported together. */
static void say_error(const struct run *run, const struct err *err)
{
    const char *text = err->text;
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        talk_error(&run->talk, "%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static enum status run_command(struct run *run)
{
    struct err err = {.mem = run->mem};
    bool pending = false;
    run->talk = make_talk(&run->cli);
    digest_init();
    int rc = needs_config(run->cli.command) ? run_load(run, &err) : load_directories(run, &err);
    if (rc == 0)
        rc = dispatch(run, &pending, &err);
    if (run->lock >= 0)
        journal_prune(run->mem, run->world.state_dir, run->config.keep);
    if (rc == 0)
        err = (struct err){.mem = run->mem};
    if (run->talk.json && run->cli.command != COMMAND_PLUGINS)
        show_json(run, &err);
    say_error(run, &err);
    if (rc == 0)
        return pending && run->cli.detailed_exitcode ? STATUS_CHANGES : STATUS_OK;
    return err.status;
}

/* What was committed stays committed, whoever reads about it: then a full stdout is a warning. */
static enum status flush_output(const struct run *run, enum status status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return status;
    bool changed = run->report.transaction > 0 || run->report.command_ran;
    /* Who reads through `head` has seen enough. */
    if (changed || errno != EPIPE)
        (void)fprintf(stderr, "tfhook: cannot write to stdout: %s\n",
                      interrupt_pending ? "interrupted" : strerror(errno));
    return status == STATUS_OK && !changed ? STATUS_FAILED : status;
}

int main(int argc, char **argv)
{
    caller_refuse_loader();
    /* A block of a store's size is used again, not mapped anew, page by page, each time. */
    (void)mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
    static struct mem mem; /* freed by the end of the process */
    struct run run = {.mem = &mem, .plugins = -1, .ruleset = -1, .lock = -1};
    struct err err = {.mem = &mem};
    enum status status = STATUS_OK;
    open_standard_streams();
    caller_save(&mem);
    if (cli_parse(&mem, argc, argv, &run.cli, &err) < 0) {
        status = err.status;
        if (run.cli.json)
            show_json(&run, &err);
        (void)fprintf(stderr, "tfhook: %s\n", err.text);
    } else if (run.cli.version) {
        (void)puts("tfhook " TFHOOK_VERSION);
    } else if (run.cli.help) {
        help_show(run.cli.command);
    } else {
        status = run_command(&run);
    }
    status = flush_output(&run, status);
    if (run.lock >= 0)
        (void)close(run.lock);
    return (int)status;
}

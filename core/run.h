/*
 * One run of the program: what the command line, the config and the plugins' descriptors say, and
 * what has come of it so far. Made by main, filled by run_load(), then handed to one command.
 */
#ifndef TFHOOK_RUN_H
#define TFHOOK_RUN_H

#include "cli.h"
#include "config.h"
#include "journal.h"
#include "loader.h"
#include "outcome.h"
#include "settings.h"
#include "stage.h"
#include "talk.h"
#include "world.h"

/* A step, its plugin and its checked values. */
struct runner {
    const struct step *step;
    const struct plugin_file *file;
    struct plugin_info plugin;
    struct settings settings;
    bool dropped; /* on-failure = ignore, and it failed */
};

struct step_report {
    const char *name, *plugin, *hook;
    enum step_status status;
    const char *message;
};

/* What --json prints; text is shown from the same. */
struct report {
    const char *result; /* "unchanged", "changes", ...; NULL: not yet known */
    long transaction;   /* 0: none */
    struct step_report *steps;
    size_t step_count;
    struct stage changes;
    struct findings findings;
    struct names next_steps;
    bool command_ran;
    int command_status;
    const struct journals *history; /* of the command history; else NULL */
};

struct run {
    struct mem *mem;
    struct cli cli;
    struct talk talk;
    struct world world;
    struct config config;
    int plugins; /* the plugin directory, open; -1: no plugin was needed yet */
    int ruleset; /* for the calls (landlock.h); -1: none */
    struct runner *runners;
    size_t runner_count;
    struct report report;
    int lock; /* -1: not held */
};

/* The text of the config, if nobody else can change it. */
int run_config_text(struct run *run, struct blob *ret, struct err *err)
    __attribute__((warn_unused_result));

/* Opens the plugin directory, if nobody else can change what is in it. Before run_describe(). */
int run_open_plugins(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* Fills file and plugin of a runner that has its step: what the descriptor says, asked in a child.
 */
int run_describe(struct run *run, struct runner *runner, struct err *err)
    __attribute__((warn_unused_result));

/* The world of a run without a config, for commands that need none: state and plugin directory from
 * the command line or the defaults. */
int run_world(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* Config, plugins and settings. All problems are reported; -1 with STATUS_REJECTED then. */
int run_load(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* Steps chosen by the command line, or by a hook. */
struct selection {
    const char *hook;          /* NULL: not by hook */
    const struct names *steps; /* NULL or empty: not by name */
};
bool run_selects(const struct run *run, const struct selection *selection,
                 const struct runner *runner, bool to_plan);
/* Unknown step names are a usage error. */
int run_check_names(struct run *run, struct err *err) __attribute__((warn_unused_result));

/* Who runs this: "root", or "root (sudo by NAME)". */
const char *run_user(struct run *run);

/* "tfhook" with the options that lead to the state of this run, for a shell. */
const char *run_program(const struct run *run);

#endif

/*
 * What holds for the whole of one run of the program: its command line, its config, where it works,
 * how it talks, the lock that it holds, its steps, and what has come of it so far. Made by main,
 * filled by session_open() and by pipeline_load(), then handed to one command.
 */
#ifndef TFHOOK_SESSION_H
#define TFHOOK_SESSION_H

#include "cli.h"
#include "config.h"
#include "log.h"
#include "report.h"
#include "run_environment.h"

#include <stdio.h>

struct session {
    struct mem *mem;
    struct cli cli;
    struct log log;
    FILE *text; /* what a person reads, who asked for no JSON: stdout; NULL: nobody does */
    struct run_environment environment;
    struct config config;
    int lock;               /* -1: not held */
    int plugin_dir;         /* open; -1: no plugin was needed yet */
    struct runner *runners; /* the steps, in their order (pipeline.h) */
    size_t runner_count;
    size_t verified;        /* how many steps looked at something in the last verification */
    struct runner *culprit; /* the first step at fault in it; NULL: none */
    struct report report;
};

/* The text of the config, if nobody else can change it. */
int session_config_text(struct session *session, struct blob *ret, struct err *err)
    __attribute__((warn_unused_result));

/* Where it works: --root, and the state and plugin directory of the command line, of the config
 * that was read, or the defaults. */
int session_open(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* Who runs this: "root", or "root (sudo by NAME)". */
const char *session_user(struct session *session);

/* "tfhook" with the options that lead to the state of this run, for a shell. */
const char *session_program(const struct session *session);

#endif

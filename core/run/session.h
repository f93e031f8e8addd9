/*
 * What holds for the whole of one run of the program: its command line, its config, where it works,
 * how it talks, the lock that it holds, its steps, and what has come of it so far. Made by main,
 * filled by session_open() and by pipeline_load(), then handed to one command. With it, what the
 * commands that change something have in common: the lock with recovery, and the question.
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

/* --- what every command that changes something does first --- */

/* Order: lock_and_recover(), or lock_session() and then recover_interrupted(). From the lock on
 * INT, TERM and HUP end the call at hand, and the transaction is undone. */

/* The lock alone. */
int lock_session(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* What an earlier run left half done, settled, or with --restore or --keep the one that is named;
 * what it came to is told in the report. What was put back is added to `undone` unless that is
 * NULL. */
int recover_interrupted(struct session *session, struct change_set *undone, struct err *err)
    __attribute__((warn_unused_result));

/* Both. */
int lock_and_recover(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* --- consent --- */

/* On a terminal the administrator is shown the plan and asked; off a terminal the verb is the
 * consent. */

bool consent_has_terminal(void);

/* On a terminal and without --yes. */
bool consent_is_asked(const struct session *session);

/* What is shown from here on is for the question: when one is asked, also with --json, on stderr.
 */
void consent_begin(struct session *session);
/* True to go on. With --yes or off a terminal no question is asked. */
bool consent_ask(struct session *session, const char *question);

#endif

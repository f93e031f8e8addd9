/*
 * What the caller gave this process: environment, umask, core limit and signal dispositions. tfhook
 * works under its own; a phase command, which starts the daemons of a production site, gets the
 * caller's back.
 */
#ifndef TFHOOK_CALLER_H
#define TFHOOK_CALLER_H

#include "mem.h"

#include <stdbool.h>

/* Before all else in main: when the environment leads the loader (LD_PRELOAD, LD_LIBRARY_PATH), the
 * program starts anew without that. What it has led it to has run once by then: that is in the
 * hands of who starts a program, and sudo, cron and systemd take it away. */
void caller_shed_loader(char **argv);

/* First thing then: remember, then set our own. */
void caller_save(struct mem *mem);

/* In the child that becomes a phase command. */
void caller_restore(void);

/* In a child that runs anything else: every signal has its default action. */
void caller_reset_signals(void);

/* The environment; entries[count] is NULL. */
char *const *caller_environment(void);

/* Did the caller have us ignore this signal (nohup)? Only for INT, TERM, HUP. */
bool caller_ignores(int signal_number);

#endif

/*
 * What the caller gave this process: environment, umask, core limit and signal dispositions. tfhook
 * works under its own; a phase command, which starts the daemons of a production site, gets the
 * caller's back.
 */
#ifndef TFHOOK_INVOKER_ENVIRONMENT_H
#define TFHOOK_INVOKER_ENVIRONMENT_H

#include "mem.h"

#include <stdbool.h>

/* First thing in main: remember, then set our own. */
void invoker_save(struct mem *mem);

/* In the child that becomes a phase command. */
void invoker_restore(void);

/* In a child that runs anything else: every signal has its default action, and none
 * is blocked. */
void invoker_reset_signals(void);

/* The environment; entries[count] is NULL. */
char *const *invoker_environment(void);

/* Did the caller have us ignore this signal (nohup)? Only for INT, TERM, HUP. */
bool invoker_ignores(int signal_number);

#endif

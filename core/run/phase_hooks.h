/*
 * Steps hooked around a phase, for the commands wrap and deploy: a hook's steps are one
 * transaction.
 *
 *     hook_rehearse() each hook, before anything runs -> hook_begin_report()
 *     -> for each phase: hook_run("pre-PHASE"), hook_run_phase_command(), hook_run("post-PHASE")
 *     what fails: hook_after_failure()
 *
 * The lock is held throughout. Once a phase command has started, nothing that was committed before
 * it is undone by itself: the site may use it already; the message names the rollback of each.
 */
#ifndef TFHOOK_PHASE_HOOKS_H
#define TFHOOK_PHASE_HOOKS_H

#include "pipeline.h"

/* "pre-PHASE", "post-PHASE". */
const char *hook_name(struct session *session, const char *when, const char *phase);

/* What the hook's steps check and would change. */
int hook_rehearse(struct pipeline *pipeline, const char *hook, struct change_set *changes,
                  struct err *err) __attribute__((warn_unused_result));

/* The rehearsal's steps are not the run's. */
void hook_begin_report(struct pipeline *pipeline);

/* Adds the number of a transaction to `committed`. */
int hook_run(struct pipeline *pipeline, const char *hook, struct names *committed, struct err *err)
    __attribute__((warn_unused_result));

/* One command of a phase, logged. -1 with STATUS_COMMAND_FAILED when it fails. */
int hook_run_phase_command(struct session *session, struct report *report, const char *phase,
                           const char *program, const struct names *words, struct err *err)
    __attribute__((warn_unused_result));

/* The failure stands; what the steps at post-failure say is only added, and the way back from what
 * was committed. */
void hook_after_failure(struct pipeline *pipeline, struct names *committed, struct err *err);

#endif

/*
 * Phases with the steps hooked around them, for the commands wrap and deploy: a hook's steps are
 * one transaction.
 *
 *     phases_rehearse() before anything runs
 *     -> phases_run(): for each phase the steps at pre-PHASE, its commands, the steps at
 * post-PHASE; what fails ends it, and the steps at post-failure run
 *
 * The lock is held throughout. Once a phase command has started, nothing that was committed before
 * it is undone by itself: the site may use it already; the message names the rollback of each.
 */
#ifndef TFHOOK_PHASES_H
#define TFHOOK_PHASES_H

#include "pipeline.h"

struct phase_run {
    const char *name;
    const struct names *commands; /* the words of each */
    const char *const *programs;  /* the OS path of each */
    size_t command_count;
    bool elsewhere; /* its commands are not for this host */
};

/* What the steps at the hooks of these phases check, and would change. */
int phases_rehearse(struct session *session, const struct phase_run *phases, size_t count,
                    struct change_set *changes, struct err *err)
    __attribute__((warn_unused_result));

/* -1 with STATUS_COMMAND_FAILED when a command fails. `resume` is what a message names to go on
 * with the phase at hand, "tfhook deploy --from"; NULL: nothing. */
int phases_run(struct session *session, const struct phase_run *phases, size_t count,
               const char *resume, struct err *err) __attribute__((warn_unused_result));

#endif

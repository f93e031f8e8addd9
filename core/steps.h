/*
 * Running the selected steps' calls, in order, each in its child, and gathering what they say into
 * the run's report. Called by the commands.
 */
#ifndef TFHOOK_STEPS_H
#define TFHOOK_STEPS_H

#include "run.h"

/* Every selected step's check. Reports all that fail; -1 with STATUS_REJECTED or STATUS_FAILED. */
int steps_check(struct run *run, const struct selection *selection, bool to_plan, struct err *err)
    __attribute__((warn_unused_result));

/* Every selected step's plan, into `stage`, which later steps see. Stops at the first failure, but
 * a step with on-failure = ignore is dropped with a warning. `report`: note steps and next steps in
 * the report (a plan that is only a rehearsal is not reported). */
int steps_plan(struct run *run, const struct selection *selection, struct stage *stage, bool report,
               struct err *err) __attribute__((warn_unused_result));

/* Every selected step's verify, or only of those that can plan too. Findings go into the report. -1
 * with STATUS_FINDING when one is `fail`, STATUS_FAILED when a step could not finish; *ret_culprit
 * is the first step at fault. *ret_verified, when asked for: how many steps looked at something. */
int steps_verify(struct run *run, const struct selection *selection, bool planners_only,
                 size_t *ret_verified, struct runner **ret_culprit, struct err *err)
    __attribute__((warn_unused_result));

#endif

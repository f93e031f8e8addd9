/*
 * Steps turned into a committed transaction: plan, show, ask, apply, verify, commit, or all undone.
 * Called by apply, and by wrap and deploy at each hook. The caller holds the lock.
 */
#ifndef TFHOOK_PIPELINE_APPLY_H
#define TFHOOK_PIPELINE_APPLY_H

#include "pipeline.h"

/* 0, with the transaction's number in report.transaction when there was something to do. -1: all is
 * as it was, or STATUS_STUCK. report.result says which. A step with on-failure = ignore that fails
 * its verification is dropped: all is undone and done again without it. `ask`: the plan is shown,
 * and has to be confirmed, before it is applied. */
int pipeline_apply(struct session *session, const struct selection *selection, bool ask,
                   struct err *err) __attribute__((warn_unused_result));

#endif

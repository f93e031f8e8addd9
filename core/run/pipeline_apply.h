/*
 * Steps turned into a committed transaction: plan, show, ask, apply, verify, commit, or all undone.
 * Called by apply, and by wrap and deploy at each hook. The caller holds the lock.
 */
#ifndef TFHOOK_PIPELINE_APPLY_H
#define TFHOOK_PIPELINE_APPLY_H

#include "pipeline.h"

struct apply_request {
    struct selection selection;
    const char *command; /* for history */
    bool show;           /* print the plan before it is applied */
    bool ask;            /* and have it confirmed */
};

/* 0, with the transaction's number in report.transaction when there was something to do. -1: all is
 * as it was, or STATUS_STUCK. report.result says which. A step with on-failure = ignore that fails
 * its verification is dropped: all is undone and done again without it. */
int pipeline_apply(struct session *session, const struct apply_request *what, struct err *err)
    __attribute__((warn_unused_result));

#endif

/*
 * What came of one call of a plugin: its end, what it said, what it proposes. Built from records by
 * plugin_call.c, consumed by run/pipeline_calls.c; what was proposed or published is used only when
 * the child has ended well.
 */
#ifndef TFHOOK_CALL_RESULT_H
#define TFHOOK_CALL_RESULT_H

#include "wire.h"

enum step_status { STEP_OK, STEP_SKIPPED, STEP_FAILED, STEP_CRASHED, STEP_TIMED_OUT };
extern const char *const step_status_names[];

extern const char *const verdict_names[];

struct findings {
    struct finding *items;
    size_t count;
};

struct call_result {
    enum step_status status;
    enum status exit;         /* STATUS_OK, STATUS_FAILED or STATUS_REJECTED */
    const char *message;      /* never NULL */
    struct plugin_info info;  /* of the call that describes */
    struct change *proposals; /* of each, the part that a plugin proposes */
    size_t proposal_count;
    struct summary_line *summaries;
    size_t summary_count;
    struct findings findings;
    struct names next_steps;
    struct change *reports; /* published: path and content */
    size_t report_count;
};

/* One record that is no log, progress or end. -1 when it is not fit for this call. */
int call_result_add(struct call_result *result, struct mem *mem, const char *step,
                    const struct record *record) __attribute__((warn_unused_result));

/* The end record's result turned into status, exit and message (NULL: none). */
void call_result_end(struct call_result *result, struct mem *mem, long returned,
                     const char *message);

#endif

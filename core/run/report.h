/*
 * What has come of a run so far: what --json prints. Text is shown from the same (report_text.h).
 */
#ifndef TFHOOK_REPORT_H
#define TFHOOK_REPORT_H

#include "call_result.h"
#include "change_set.h"
#include "journal.h"

struct step_report {
    const char *name, *plugin, *hook;
    enum step_status status;
    const char *message;
    bool left_out; /* it failed, and on-failure = ignore */
};

struct report {
    const char *result; /* "unchanged", "changes", ...; NULL: not yet known */
    long transaction;   /* 0: none */
    struct step_report *steps;
    size_t step_count;
    struct change_set changes;
    struct findings findings;
    struct names next_steps;
    bool command_ran;
    int command_status;
    const struct journals *history; /* of the command history; else NULL */
};

#endif

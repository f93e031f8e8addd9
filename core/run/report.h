/*
 * What has come of a run so far: what --json prints. Text is shown from the same, by the functions
 * at the end.
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

/* --- as text --- */

/* For a person: data to stdout, and nothing with --json, but for what a question is about. Nothing
 * secret gets here: contents are not shown, but for the lines of line edits, which are the steps'
 * own. */

struct session;

/* The lines of a change's edits, with "- " and "+ ", escaped; else what its step says of it. */
struct names report_change_lines(struct mem *mem, const struct change *change);

/* To session->text, as the others below. */
void report_say(const struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void report_show_steps(const struct session *session);
/* Changes, with what the steps say of them. */
void report_show_changes(const struct session *session, const struct change_set *changes);
/* From the index `first` on: all with -v or `all`, else the warnings and failures; then how many
 * there were of each. */
void report_show_findings(const struct session *session, size_t first, bool all);
void report_show_next_steps(const struct session *session);

#endif

/*
 * The report as text for a person: data to stdout, and nothing with --json, but for what a question
 * is about. Nothing secret gets here: contents are not shown, but for the lines of line edits,
 * which are the steps' own.
 */
#ifndef TFHOOK_REPORT_TEXT_H
#define TFHOOK_REPORT_TEXT_H

#include "session.h"

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

/*
 * The report as text for a person: data to stdout. Nothing secret gets here: contents are not
 * shown, but for the lines of line edits, which are the steps' own.
 */
#ifndef TFHOOK_REPORT_TEXT_H
#define TFHOOK_REPORT_TEXT_H

#include "report.h"
#include "session.h"

#include <stdio.h>

void report_show_steps(const struct session *session, FILE *out);
/* Changes, with what the steps say of them. */
void report_show_changes(const struct session *session, const struct change_set *changes,
                         FILE *out);
/* From the index `first` on: all with -v or `all`, else the warnings and failures; then how many
 * there were of each. */
void report_show_findings(const struct session *session, size_t first, bool all, FILE *out);
void report_show_next_steps(const struct session *session, FILE *out);

#endif

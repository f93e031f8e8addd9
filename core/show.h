/*
 * The report as text for a person: data to stdout. Nothing secret gets here: contents are not
 * shown, but for the lines of line edits, which are the steps' own.
 */
#ifndef TFHOOK_SHOW_H
#define TFHOOK_SHOW_H

#include "report.h"
#include "session.h"

#include <stdio.h>

void show_steps(const struct session *session, const struct report *report, FILE *out);
/* Changes, with what the steps say of them. */
void show_changes(const struct session *session, const struct stage *stage, FILE *out);
/* All with -v or `all`, else the warnings and failures; then how many there were of each. */
void show_findings(const struct session *session, const struct report *report, bool all, FILE *out);
void show_next_steps(const struct report *report, FILE *out);

/* The one JSON object of --json, to stdout; the last output of a run. */
void show_json(const struct session *session, const struct report *report, const struct err *err);

#endif

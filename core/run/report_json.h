/*
 * The report as the one JSON object of --json. Nothing secret gets here, as in report_text.h.
 */
#ifndef TFHOOK_REPORT_JSON_H
#define TFHOOK_REPORT_JSON_H

#include "err.h"
#include "report.h"
#include "session.h"

/* To stdout; the last output of a run. Its schema is conf/report.schema.json. */
void report_json(const struct session *session, const struct report *report, const struct err *err);

#endif

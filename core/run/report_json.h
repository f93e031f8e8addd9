/*
 * The report as the one JSON object of --json. Nothing secret gets here, as in the text (report.h).
 */
#ifndef TFHOOK_REPORT_JSON_H
#define TFHOOK_REPORT_JSON_H

#include "session.h"

#include <jansson.h>

/* To stdout; the last output of a run. Its schema is conf/report.schema.json. */
void report_json(const struct session *session, const struct err *err);

/* For an object that is no report. A number that is not `present` is null. */
json_t *report_json_number(bool present, long value);
/* Prints the object, or says that there is none because memory is out, and frees it. */
void report_json_print(const struct session *session, json_t *json);

#endif

#include "report_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Escaping what is escaped already changes nothing. */
json_t *report_json_text(const struct session *session, const char *text)
{
    return text == NULL ? json_null() : json_string(text_shown(session->mem, text));
}

json_t *report_json_number(bool present, long value)
{
    return present ? json_integer((json_int_t)value) : json_null();
}

void report_json_print(const struct session *session, json_t *json)
{
    char *line = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (line != NULL)
        (void)puts(line);
    else
        log_error(&session->log, "the JSON object could not be made: out of memory");
    free(line);
}

static json_t *names_to_json(const struct session *session, const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        (void)json_array_append_new(list, report_json_text(session, names->names[i]));
    return list;
}

static json_t *steps_to_json(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < session->report.step_count; i++) {
        const struct step_report *step = &session->report.steps[i];
        (void)json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:s, s:o}", "name",
                                                    report_json_text(session, step->name), "plugin",
                                                    report_json_text(session, step->plugin), "hook",
                                                    report_json_text(session, step->hook), "status",
                                                    step_status_names[step->status], "message",
                                                    report_json_text(session, step->message)));
    }
    return list;
}

/* Line edits have no other summary than their lines. */
static json_t *summary_to_json(const struct session *session, const struct change *change)
{
    if (change->action != ACTION_EDIT)
        return names_to_json(session, &change->summary);
    json_t *list = json_array();
    for (size_t i = 0; i < change->edits.count; i++) {
        const struct edit *edit = &change->edits.items[i];
        if (edit->old_line != NULL)
            (void)json_array_append_new(
                list, report_json_text(session, mem_printf(session->mem, "- %s", edit->old_line)));
        if (edit->new_line != NULL)
            (void)json_array_append_new(
                list, report_json_text(session, mem_printf(session->mem, "+ %s", edit->new_line)));
    }
    return list;
}

static json_t *mode_to_json(const struct session *session, bool known, int mode)
{
    return known && mode >= 0 ? json_string(mem_printf(session->mem, "%04o", (unsigned)mode))
                              : json_null();
}

static json_t *changes_to_json(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < session->report.changes.count; i++) {
        const struct change *change = &session->report.changes.items[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "step",
                            report_json_text(session, change->step), "old_mode",
                            mode_to_json(session, change->existed, change->old_mode), "new_mode",
                            mode_to_json(session, true, change->mode), "action",
                            action_names[change->action], "path",
                            report_json_text(session, change->path), "old_sha256",
                            report_json_text(session, change->existed ? change->old_sha256 : NULL),
                            "new_sha256", report_json_text(session, change->new_sha256), "summary",
                            summary_to_json(session, change)));
    }
    return list;
}

static json_t *findings_to_json(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < session->report.findings.count; i++) {
        const struct finding *finding = &session->report.findings.items[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "step",
                                              report_json_text(session, finding->step), "check",
                                              report_json_text(session, finding->check), "id",
                                              report_json_text(session, finding->id), "subject",
                                              report_json_text(session, finding->subject), "status",
                                              verdict_names[finding->verdict], "message",
                                              report_json_text(session, finding->message), "hint",
                                              report_json_text(session, finding->hint)));
    }
    return list;
}

static json_t *paths_to_json(const struct session *session, const struct journal *journal)
{
    json_t *list = json_array();
    for (size_t i = 0; i < journal->count; i++)
        (void)json_array_append_new(list,
                                    report_json_text(session, journal->entries[i].change.path));
    return list;
}

/* What --json history has besides: who did what when. */
static json_t *history_to_json(const struct session *session)
{
    json_t *list = json_array();
    for (size_t i = 0; i < session->report.history->count; i++) {
        const struct journal *journal = &session->report.history->items[i];
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seq",
                            (json_int_t)journal->seq, "state", txn_phase_names[journal->phase],
                            "started", report_json_text(session, journal->started), "command",
                            report_json_text(session, journal->command), "hook",
                            report_json_text(session, journal->hook), "user",
                            report_json_text(session, journal->user), "host",
                            report_json_text(session, journal->host), "undoes",
                            report_json_number(journal->undoes > 0, journal->undoes), "paths",
                            paths_to_json(session, journal)));
    }
    return list;
}

void report_json(const struct session *session, const struct err *err)
{
    enum command command = session->cli.command;
    json_t *json = json_pack(
        "{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s?}", "schema", 1, "command",
        report_json_text(session, command == COMMAND_NONE ? NULL : cli_commands[command].name),
        "hook", report_json_text(session, session->cli.hook), "result",
        session->report.result != NULL ? session->report.result : "failed", "transaction",
        report_json_number(session->report.transaction > 0, session->report.transaction), "steps",
        steps_to_json(session), "changes", changes_to_json(session), "findings",
        findings_to_json(session), "next_steps",
        names_to_json(session, &session->report.next_steps), "command_status",
        report_json_number(session->report.command_ran, session->report.command_status), "error",
        err->text);
    if (json != NULL && session->report.history != NULL)
        (void)json_object_set_new(json, "transactions", history_to_json(session));
    report_json_print(session, json);
}

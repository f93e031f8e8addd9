#include "report_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Escaping what is escaped already changes nothing. */
static json_t *text_to_json(const struct session *session, const char *text)
{
    return text == NULL ? json_null() : json_string(text_escape(session->mem, text, strlen(text)));
}

static json_t *names_to_json(const struct session *session, const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        (void)json_array_append_new(list, text_to_json(session, names->names[i]));
    return list;
}

static json_t *steps_to_json(const struct session *session, const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->step_count; i++) {
        const struct step_report *step = &report->steps[i];
        (void)json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:s, s:o}", "name",
                                                    text_to_json(session, step->name), "plugin",
                                                    text_to_json(session, step->plugin), "hook",
                                                    text_to_json(session, step->hook), "status",
                                                    step_status_names[step->status], "message",
                                                    text_to_json(session, step->message)));
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
                list, text_to_json(session, mem_printf(session->mem, "- %s", edit->old_line)));
        if (edit->new_line != NULL)
            (void)json_array_append_new(
                list, text_to_json(session, mem_printf(session->mem, "+ %s", edit->new_line)));
    }
    return list;
}

static json_t *mode_to_json(const struct session *session, bool known, int mode)
{
    return known && mode >= 0 ? json_string(mem_printf(session->mem, "%04o", (unsigned)mode))
                              : json_null();
}

static json_t *changes_to_json(const struct session *session, const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->changes.count; i++) {
        const struct change *change = &report->changes.items[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "step",
                            text_to_json(session, change->step), "old_mode",
                            mode_to_json(session, change->existed, change->old_mode), "new_mode",
                            mode_to_json(session, true, change->mode), "action",
                            action_names[change->action], "path",
                            text_to_json(session, change->path), "old_sha256",
                            text_to_json(session, change->existed ? change->old_sha256 : NULL),
                            "new_sha256", text_to_json(session, change->new_sha256), "summary",
                            summary_to_json(session, change)));
    }
    return list;
}

static json_t *findings_to_json(const struct session *session, const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "step",
                                              text_to_json(session, finding->step), "check",
                                              text_to_json(session, finding->check), "id",
                                              text_to_json(session, finding->id), "subject",
                                              text_to_json(session, finding->subject), "status",
                                              verdict_names[finding->verdict], "message",
                                              text_to_json(session, finding->message), "hint",
                                              text_to_json(session, finding->hint)));
    }
    return list;
}

static json_t *number_to_json(bool present, long value)
{
    return present ? json_integer((json_int_t)value) : json_null();
}

static json_t *paths_to_json(const struct session *session, const struct journal *journal)
{
    json_t *list = json_array();
    for (size_t i = 0; i < journal->count; i++)
        (void)json_array_append_new(list, text_to_json(session, journal->entries[i].path));
    return list;
}

/* What --json history has besides: who did what when. */
static json_t *history_to_json(const struct session *session, const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->history->count; i++) {
        const struct journal *journal = &report->history->items[i];
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seq",
                            (json_int_t)journal->seq, "state", txn_phase_names[journal->phase],
                            "started", text_to_json(session, journal->started), "command",
                            text_to_json(session, journal->command), "hook",
                            text_to_json(session, journal->hook), "user",
                            text_to_json(session, journal->user), "host",
                            text_to_json(session, journal->host), "undoes",
                            number_to_json(journal->undoes > 0, journal->undoes), "paths",
                            paths_to_json(session, journal)));
    }
    return list;
}

void report_json(const struct session *session, const struct report *report, const struct err *err)
{
    enum command command = session->cli.command;
    json_t *json = json_pack(
        "{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", 1, "command",
        text_to_json(session, command == COMMAND_NONE ? NULL : cli_commands[command].name), "hook",
        text_to_json(session, session->cli.hook), "result",
        report->result != NULL ? report->result : "failed", "transaction",
        number_to_json(report->transaction > 0, report->transaction), "steps",
        steps_to_json(session, report), "changes", changes_to_json(session, report), "findings",
        findings_to_json(session, report), "next_steps",
        names_to_json(session, &report->next_steps), "command_status",
        number_to_json(report->command_ran, report->command_status), "error",
        err->text != NULL ? json_string(err->text) : json_null());
    if (json != NULL && report->history != NULL)
        (void)json_object_set_new(json, "transactions", history_to_json(session, report));
    char *line = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (line != NULL)
        (void)puts(line);
    else
        log_error(&session->log, "the JSON object could not be made: out of memory");
    free(line);
}

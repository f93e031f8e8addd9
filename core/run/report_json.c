#include "report_json.h"

#include <stdlib.h>

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

/* Text is escaped, as jansson takes nothing that is not UTF-8. */
static json_t *names_to_json(struct mem *mem, const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        (void)json_array_append_new(list, json_string(text_shown(mem, names->names[i])));
    return list;
}

static json_t *steps_to_json(struct mem *mem, const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->step_count; i++) {
        const struct step_report *step = &report->steps[i];
        json_t *json = json_pack(
            "{s:s?, s:s?, s:s?, s:s, s:s?}", "name", text_shown(mem, step->name), "plugin",
            text_shown(mem, step->plugin), "hook", text_shown(mem, step->hook), "status",
            step_status_names[step->status], "message", text_shown(mem, step->message));
        (void)json_array_append_new(list, json);
    }
    return list;
}

static const char *mode_text(struct mem *mem, int mode)
{
    return mode >= 0 ? mem_printf(mem, "%04o", (unsigned)mode) : NULL;
}

static json_t *changes_to_json(struct mem *mem, const struct change_set *changes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *change = &changes->items[i];
        const struct names lines = report_change_lines(mem, change);
        json_t *json = json_pack(
            "{s:s?, s:s?, s:s?, s:s, s:s?, s:s?, s:s?, s:o}", "step", text_shown(mem, change->step),
            "old_mode", mode_text(mem, change->existed ? change->old_mode : -1), "new_mode",
            mode_text(mem, change->mode), "action", action_names[change->action], "path",
            text_shown(mem, change->path), "old_sha256",
            text_shown(mem, change->existed ? change->old_sha256 : NULL), "new_sha256",
            text_shown(mem, change->new_sha256), "summary", names_to_json(mem, &lines));
        (void)json_array_append_new(list, json);
    }
    return list;
}

static json_t *findings_to_json(struct mem *mem, const struct findings *findings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_t *json = json_pack(
            "{s:s?, s:s?, s:s?, s:s?, s:s, s:s?, s:s?}", "step", text_shown(mem, finding->step),
            "check", text_shown(mem, finding->check), "id", text_shown(mem, finding->id), "subject",
            text_shown(mem, finding->subject), "status", verdict_names[finding->verdict], "message",
            text_shown(mem, finding->message), "hint", text_shown(mem, finding->hint));
        (void)json_array_append_new(list, json);
    }
    return list;
}

/* What --json history has besides: who did what when. */
static json_t *history_to_json(struct mem *mem, const struct journals *history)
{
    json_t *list = json_array();
    for (size_t i = 0; i < history->count; i++) {
        const struct journal *journal = &history->items[i];
        struct names paths = {0};
        for (size_t k = 0; k < journal->count; k++)
            names_add(mem, &paths, journal->entries[k].change.path);
        json_t *json = json_pack(
            "{s:I, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o}", "seq", (json_int_t)journal->seq,
            "state", txn_phase_names[journal->phase], "started", text_shown(mem, journal->started),
            "command", text_shown(mem, journal->command), "hook", text_shown(mem, journal->hook),
            "user", text_shown(mem, journal->user), "host", text_shown(mem, journal->host),
            "undoes", report_json_number(journal->undoes > 0, journal->undoes), "paths",
            names_to_json(mem, &paths));
        (void)json_array_append_new(list, json);
    }
    return list;
}

void report_json(const struct session *session, const struct err *err)
{
    struct mem *mem = session->mem;
    const struct report *report = &session->report;
    enum command command = session->cli.command;
    json_t *json = json_pack(
        "{s:i, s:s?, s:s?, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s?}", "schema", 1, "command",
        command == COMMAND_NONE ? NULL : cli_commands[command].name, "hook",
        text_shown(mem, session->cli.hook), "result",
        report->result != NULL ? report->result : "failed", "transaction",
        report_json_number(report->transaction > 0, report->transaction), "steps",
        steps_to_json(mem, report), "changes", changes_to_json(mem, &report->changes), "findings",
        findings_to_json(mem, &report->findings), "next_steps",
        names_to_json(mem, &report->next_steps), "command_status",
        report_json_number(report->command_ran, report->command_status), "error", err->text);
    if (json != NULL && report->history != NULL)
        (void)json_object_set_new(json, "transactions", history_to_json(mem, report->history));
    report_json_print(session, json);
}

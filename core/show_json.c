/* The report as the one JSON object of --json; its schema is conf/report.schema.json. */
#include "show.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Escaping what is escaped already changes nothing. */
static json_t *text(const struct run *run, const char *text)
{
    return text == NULL ? json_null() : json_string(text_escape(run->mem, text, strlen(text)));
}

static json_t *names_to_json(const struct run *run, const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        (void)json_array_append_new(list, text(run, names->names[i]));
    return list;
}

static json_t *steps_to_json(const struct run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->report.step_count; i++) {
        const struct step_report *step = &run->report.steps[i];
        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:s, s:o}", "name", text(run, step->name), "plugin",
                            text(run, step->plugin), "hook", text(run, step->hook), "status",
                            step_status_names[step->status], "message", text(run, step->message)));
    }
    return list;
}

/* Line edits have no other summary than their lines. */
static json_t *summary_to_json(const struct run *run, const struct change *change)
{
    if (change->action != ACTION_EDIT)
        return names_to_json(run, &change->summary);
    json_t *list = json_array();
    for (size_t i = 0; i < change->edits.count; i++) {
        const struct edit *edit = &change->edits.items[i];
        if (edit->old_line != NULL)
            (void)json_array_append_new(list,
                                        text(run, mem_printf(run->mem, "- %s", edit->old_line)));
        if (edit->new_line != NULL)
            (void)json_array_append_new(list,
                                        text(run, mem_printf(run->mem, "+ %s", edit->new_line)));
    }
    return list;
}

static json_t *mode_to_json(const struct run *run, bool known, int mode)
{
    return known && mode >= 0 ? json_string(mem_printf(run->mem, "%04o", (unsigned)mode))
                              : json_null();
}

static json_t *changes_to_json(const struct run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->report.changes.count; i++) {
        const struct change *change = &run->report.changes.items[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "step", text(run, change->step),
                      "old_mode", mode_to_json(run, change->existed, change->old_mode), "new_mode",
                      mode_to_json(run, true, change->mode), "action", action_names[change->action],
                      "path", text(run, change->path), "old_sha256",
                      text(run, change->existed ? change->old_sha256 : NULL), "new_sha256",
                      text(run, change->new_sha256), "summary", summary_to_json(run, change)));
    }
    return list;
}

static json_t *findings_to_json(const struct run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->report.findings.count; i++) {
        const struct finding *finding = &run->report.findings.items[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "step", text(run, finding->step),
                      "check", text(run, finding->check), "id", text(run, finding->id), "subject",
                      text(run, finding->subject), "status", verdict_names[finding->verdict],
                      "message", text(run, finding->message), "hint", text(run, finding->hint)));
    }
    return list;
}

static json_t *number(bool present, long value)
{
    return present ? json_integer((json_int_t)value) : json_null();
}

static json_t *paths_to_json(const struct run *run, const struct journal *journal)
{
    json_t *list = json_array();
    for (size_t i = 0; i < journal->count; i++)
        (void)json_array_append_new(list, text(run, journal->entries[i].path));
    return list;
}

/* What --json history has besides: who did what when. */
static json_t *history_to_json(const struct run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->report.history->count; i++) {
        const struct journal *journal = &run->report.history->items[i];
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seq",
                            (json_int_t)journal->seq, "state", txn_phase_names[journal->phase],
                            "started", text(run, journal->started), "command",
                            text(run, journal->command), "hook", text(run, journal->hook), "user",
                            text(run, journal->user), "host", text(run, journal->host), "undoes",
                            number(journal->undoes > 0, journal->undoes), "paths",
                            paths_to_json(run, journal)));
    }
    return list;
}

void show_json(const struct run *run, const struct err *err)
{
    const struct report *report = &run->report;
    enum command command = run->cli.command;
    json_t *json = json_pack(
        "{s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", 1, "command",
        text(run, command == COMMAND_NONE ? NULL : cli_command_names[command]), "hook",
        text(run, run->cli.hook), "result", report->result != NULL ? report->result : "failed",
        "transaction", number(report->transaction > 0, report->transaction), "steps",
        steps_to_json(run), "changes", changes_to_json(run), "findings", findings_to_json(run),
        "next_steps", names_to_json(run, &report->next_steps), "command_status",
        number(report->command_ran, report->command_status), "error",
        err->text != NULL ? json_string(err->text) : json_null());
    if (json != NULL && report->history != NULL)
        (void)json_object_set_new(json, "transactions", history_to_json(run));
    char *line = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (line != NULL)
        (void)puts(line);
    else
        talk_error(&run->talk, "the JSON object could not be made: out of memory");
    free(line);
}

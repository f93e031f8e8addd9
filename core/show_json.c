/* The report as the one JSON object of --json; its schema is tests/report.schema.json. */
#include "show.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *escaped(const struct run *run, const char *text)
{
    return json_string(text_escape(run->mem, text, strlen(text)));
}

static json_t *names_to_json(const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        (void)json_array_append_new(list, json_string(names->names[i]));
    return list;
}

static json_t *steps_to_json(const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->step_count; i++) {
        const struct step_report *step = &report->steps[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:s, s:s}", "name", step->name, "plugin", step->plugin,
                            "hook", text_or_null(step->hook), "status",
                            step_status_names[step->status], "message", step->message));
    }
    return list;
}

/* Line edits have no other summary than their lines. */
static json_t *summary_to_json(const struct run *run, const struct change *change)
{
    if (change->action != ACTION_EDIT)
        return names_to_json(&change->summary);
    json_t *list = json_array();
    for (size_t i = 0; i < change->edits.count; i++) {
        const struct edit *edit = &change->edits.items[i];
        if (edit->old_line != NULL)
            (void)json_array_append_new(list,
                                        escaped(run, mem_printf(run->mem, "- %s", edit->old_line)));
        if (edit->new_line != NULL)
            (void)json_array_append_new(list,
                                        escaped(run, mem_printf(run->mem, "+ %s", edit->new_line)));
    }
    return list;
}

static json_t *changes_to_json(const struct run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->report.changes.count; i++) {
        const struct change *change = &run->report.changes.items[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "step", change->step, "action",
                            action_names[change->action], "path", escaped(run, change->path),
                            "old_sha256", text_or_null(change->existed ? change->old_sha256 : NULL),
                            "new_sha256", text_or_null(change->new_sha256), "summary",
                            summary_to_json(run, change)));
    }
    return list;
}

static json_t *findings_to_json(const struct report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "step", finding->step, "check",
                            finding->check, "id", finding->id, "subject", finding->subject,
                            "status", verdict_names[finding->verdict], "message", finding->message,
                            "hint", text_or_null(finding->hint)));
    }
    return list;
}

void show_json(const struct run *run, const struct err *err)
{
    const struct report *report = &run->report;
    const char *result = report->result != NULL ? report->result : "failed";
    json_t *json = json_pack(
        "{s:i, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", 1, "command",
        cli_command_names[run->cli.command], "hook", text_or_null(run->cli.hook), "result", result,
        "transaction",
        report->transaction > 0 ? json_integer((json_int_t)report->transaction) : json_null(),
        "steps", steps_to_json(report), "changes", changes_to_json(run), "findings",
        findings_to_json(report), "next_steps", names_to_json(&report->next_steps),
        "command_status", report->command_ran ? json_integer(report->command_status) : json_null(),
        "error", text_or_null(err->text));
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text != NULL)
        (void)puts(text);
    free(text);
}

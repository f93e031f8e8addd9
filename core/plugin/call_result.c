#include "call_result.h"

#include <string.h>

const char *const step_status_names[] = {"ok", "skipped", "failed", "crashed", "timed-out"};
const char *const verdict_names[] = {"pass", "skip", "warn", "fail"};

static const char *escape_field(struct mem *mem, const struct record *record, size_t field)
{
    const char *text = record_text(record, field);
    return text == NULL ? NULL : text_escape(mem, text, strlen(text));
}

static const char *copy_field(struct mem *mem, const struct record *record, size_t field)
{
    const char *text = record_text(record, field);
    return text == NULL ? NULL : mem_str(mem, text);
}

static void take_descriptor(struct call_result *result, struct mem *mem,
                            const struct record *record)
{
    struct plugin_info *info = &result->info;
    const char *calls = record_text(record, 5);
    info->file = copy_field(mem, record, 0);
    info->name = copy_field(mem, record, 1);
    info->version = escape_field(mem, record, 2);
    info->summary = escape_field(mem, record, 3);
    info->manual = copy_field(mem, record, 4); /* several lines: escaped when it is shown */
    info->checks = strchr(calls, 'c') != NULL;
    info->plans = strchr(calls, 'p') != NULL;
    info->verifies = strchr(calls, 'v') != NULL;
}

static int take_key(struct call_result *result, struct mem *mem, const struct record *record)
{
    struct plugin_info *info = &result->info;
    long type = record_number(record, 1);
    bool has_choices = type == TFHOOK_ENUM || type == TFHOOK_ENUMS;
    if (type < TFHOOK_STRING || type > TFHOOK_ENUMS ||
        has_choices != (record_text(record, 4) != NULL))
        return -1;
    *mem_push(mem, info->keys, info->key_count) =
        (struct tfhook_key){.name = copy_field(mem, record, 0),
                            .type = (enum tfhook_type)type,
                            .required = record_number(record, 2) != 0,
                            .fallback = copy_field(mem, record, 3),
                            .choices = copy_field(mem, record, 4),
                            .min = record_number(record, 5),
                            .max = record_number(record, 6),
                            .help = escape_field(mem, record, 7)};
    return 0;
}

static struct blob copy_content(struct mem *mem, const struct record *record, size_t field)
{
    const struct blob *content = &record->fields[field];
    return (struct blob){mem_copy(mem, content->data, content->size), content->size};
}

static void take_change(struct call_result *result, struct mem *mem, const struct record *record,
                        enum action action)
{
    struct change *proposal = mem_push(mem, result->proposals, result->proposal_count);
    *proposal = (struct change){.action = action, .path = copy_field(mem, record, 0), .mode = -1};
    switch (action) {
    case ACTION_WRITE:
        proposal->old_sha256 = copy_field(mem, record, 1);
        proposal->content = copy_content(mem, record, 2);
        proposal->mode = (int)record_number(record, 3);
        proposal->secret = (record_number(record, 4) & (long)TFHOOK_SECRET) != 0;
        break;
    case ACTION_EDIT:
        proposal->old_sha256 = copy_field(mem, record, 1);
        *mem_push(mem, proposal->edits.items, proposal->edits.count) =
            (struct edit){.old_line = copy_field(mem, record, 2),
                          .new_line = copy_field(mem, record, 3),
                          .anchor = copy_field(mem, record, 4)};
        break;
    case ACTION_REMOVE:
        proposal->old_sha256 = copy_field(mem, record, 1);
        break;
    case ACTION_DIRECTORY:
        proposal->mode = (int)record_number(record, 1);
        break;
    default:
        break;
    }
}

static int take_finding(struct call_result *result, struct mem *mem, const char *step,
                        const struct record *record)
{
    long verdict = record_number(record, 3);
    if (verdict < TFHOOK_PASS || verdict > TFHOOK_FAIL)
        return -1;
    *mem_push(mem, result->findings.items, result->findings.count) =
        (struct finding){.step = step,
                         .check = escape_field(mem, record, 0),
                         .id = escape_field(mem, record, 1),
                         .subject = escape_field(mem, record, 2),
                         .verdict = (enum tfhook_verdict)verdict,
                         .message = escape_field(mem, record, 4),
                         .hint = escape_field(mem, record, 5)};
    return 0;
}

int call_result_add(struct call_result *result, struct mem *mem, const char *step,
                    const struct record *record)
{
    switch (record->type) {
    case RECORD_DESCRIPTOR:
        take_descriptor(result, mem, record);
        return 0;
    case RECORD_KEY:
        return take_key(result, mem, record);
    case RECORD_FINDING:
        return take_finding(result, mem, step, record);
    case RECORD_NEXT_STEP:
        names_add(mem, &result->next_steps, escape_field(mem, record, 0));
        return 0;
    case RECORD_SUMMARY:
        *mem_push(mem, result->summaries, result->summary_count) =
            (struct summary_line){copy_field(mem, record, 0), escape_field(mem, record, 1)};
        return 0;
    case RECORD_WRITE:
        take_change(result, mem, record, ACTION_WRITE);
        return 0;
    case RECORD_EDIT:
        take_change(result, mem, record, ACTION_EDIT);
        return 0;
    case RECORD_REMOVE:
        take_change(result, mem, record, ACTION_REMOVE);
        return 0;
    case RECORD_DIRECTORY:
        take_change(result, mem, record, ACTION_DIRECTORY);
        return 0;
    case RECORD_PUBLISH: {
        struct change *report = mem_push(mem, result->reports, result->report_count);
        report->path = copy_field(mem, record, 0);
        report->content = copy_content(mem, record, 1);
        return 0;
    }
    default:
        return -1;
    }
}

void call_result_end(struct call_result *result, struct mem *mem, long returned,
                     const char *message)
{
    result->message = message == NULL ? "" : text_escape(mem, message, strlen(message));
    switch (returned) {
    case TFHOOK_OK:
        result->status = STEP_OK;
        result->exit = STATUS_OK;
        return;
    case TFHOOK_SKIPPED:
        result->status = STEP_SKIPPED;
        result->exit = STATUS_OK;
        break;
    case TFHOOK_REJECTED:
        result->status = STEP_FAILED;
        result->exit = STATUS_REJECTED;
        break;
    case TFHOOK_FAILED:
        result->status = STEP_FAILED;
        result->exit = STATUS_FAILED;
        break;
    default:
        result->status = STEP_FAILED;
        result->exit = STATUS_FAILED;
        result->message = mem_printf(mem, "the plugin returned %ld, which is no result", returned);
        return;
    }
    if (result->message[0] == '\0')
        result->message = "the plugin gave no reason";
}

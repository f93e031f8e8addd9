#include "call_result.h"

const char *const step_status_names[] = {"ok", "skipped", "failed", "crashed", "timed-out"};
const char *const verdict_names[] = {"pass", "skip", "warn", "fail"};

int call_result_add(struct call_result *result, struct mem *mem, const char *step,
                    const struct record *record)
{
    const struct tfhook_key *key = &record->key;
    switch (record->type) {
    case RECORD_DESCRIPTOR:
        result->info = record->descriptor;
        return 0;
    case RECORD_KEY:
        if (key->type > TFHOOK_ENUMS || (key->type >= TFHOOK_ENUM) != (key->choices != NULL))
            return -1;
        *mem_push(mem, result->info.keys, result->info.key_count) = *key;
        return 0;
    case RECORD_FINDING:
        if (record->finding.verdict > TFHOOK_FAIL)
            return -1;
        *mem_push(mem, result->findings.items, result->findings.count) = record->finding;
        result->findings.items[result->findings.count - 1].step = step;
        return 0;
    case RECORD_NEXT_STEP:
        names_add(mem, &result->next_steps, record->said.text);
        return 0;
    case RECORD_SUMMARY:
        *mem_push(mem, result->summaries, result->summary_count) = record->summary;
        return 0;
    case RECORD_CHANGE:
        if (record->change.action > ACTION_DIRECTORY)
            return -1;
        *mem_push(mem, result->proposals, result->proposal_count) = record->change;
        return 0;
    case RECORD_EDIT: {
        if (result->proposal_count == 0)
            return -1;
        struct edits *edits = &result->proposals[result->proposal_count - 1].edits;
        *mem_push(mem, edits->items, edits->count) = record->edit;
        return 0;
    }
    case RECORD_PUBLISH:
        *mem_push(mem, result->reports, result->report_count) = record->change;
        return 0;
    default:
        return -1;
    }
}

void call_result_end(struct call_result *result, struct mem *mem, long returned,
                     const char *message)
{
    bool well = returned == TFHOOK_OK || returned == TFHOOK_SKIPPED;
    result->status = returned == TFHOOK_OK ? STEP_OK : well ? STEP_SKIPPED : STEP_FAILED;
    result->exit = well ? STATUS_OK : STATUS_FAILED;
    if (returned == TFHOOK_REJECTED)
        result->exit = STATUS_REJECTED;
    if (returned < TFHOOK_OK || returned > TFHOOK_REJECTED)
        result->message = mem_printf(mem, "the plugin returned %ld, which is no result", returned);
    else if (message != NULL && message[0] != '\0')
        result->message = message;
    else
        result->message = returned == TFHOOK_OK ? "" : "the plugin gave no reason";
}

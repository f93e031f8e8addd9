/* What a plugin's process sends: records, and what core takes of them. */
#include "fuzz.h"

#include "call_result.h"
#include "wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mem mem = {0};
    struct call_result result = {.message = ""};
    const unsigned char *copy = mem_copy(&mem, data, size);
    size_t at = 0;
    while (at < size) {
        struct record record;
        ptrdiff_t took = record_parse(&mem, copy + at, size - at, &record);
        require(took <= (ptrdiff_t)(size - at));
        if (took <= 0)
            break;
        at += (size_t)took;
        if (record.type == RECORD_END)
            call_result_end(&result, &mem, record.said.number, record.said.text);
        else if (record.type != RECORD_LOG && record.type != RECORD_PROGRESS &&
                 call_result_add(&result, &mem, "fuzz", &record) < 0)
            break;
    }
    for (size_t i = 0; i < result.next_steps.count; i++)
        require(text_may_be_shown(result.next_steps.names[i], strlen(result.next_steps.names[i])));
    for (size_t i = 0; i < result.findings.count; i++)
        require(result.findings.items[i].verdict <= TFHOOK_FAIL &&
                result.findings.items[i].message[0] != '\n');
    for (size_t i = 0; i < result.proposal_count; i++)
        require(result.proposals[i].path != NULL && result.proposals[i].action <= ACTION_DIRECTORY);
    require(result.message != NULL);
    mem_free(&mem);
    return 0;
}

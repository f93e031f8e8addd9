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
        ptrdiff_t took = record_parse(copy + at, size - at, &record);
        require(took <= (ptrdiff_t)(size - at));
        if (took <= 0)
            break;
        at += (size_t)took;
        if (!record_is_valid(&record))
            break;
        for (size_t i = 0; i < record.count; i++)
            require(record.fields[i].data == NULL ||
                    (record.fields[i].data >= copy &&
                     record.fields[i].data + record.fields[i].size < copy + at &&
                     record.fields[i].data[record.fields[i].size] == '\0'));
        if (record.type == RECORD_END)
            call_result_end(&result, &mem, record_number(&record, 0), record_text(&record, 1));
        else if (record.type != RECORD_LOG && record.type != RECORD_PROGRESS &&
                 call_result_add(&result, &mem, "fuzz", &record) < 0)
            break;
    }
    require(result.message != NULL);
    mem_free(&mem);
    return 0;
}

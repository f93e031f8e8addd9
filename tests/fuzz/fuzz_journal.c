/* journal.json. The input is its body, which is sealed here with the digest that it must have; what
 * is read is written and read again as the same. */
#include "fuzz.h"

#include "digest.h"
#include "journal_json.h"

#include <jansson.h>
#include <string.h>

/* NULL: no JSON. */
static char *sealed(struct mem *mem, const uint8_t *data, size_t size)
{
    json_t *body = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    char *whole = text == NULL ? NULL
                               : mem_printf(mem, "{\"format\":2,\"sha256\":\"%s\",\"body\":%s}",
                                            digest(mem, text, strlen(text)), text);
    free(text);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mem mem = {0};
    struct journal journal = {.seq = 1};
    struct blob raw = {mem_copy(&mem, data, size), size};
    const char *whole = sealed(&mem, data, size);
    require(journal_from_json(&mem, &raw, &journal) != NULL || size > 0);
    journal = (struct journal){.seq = 1};
    struct blob text = {(const unsigned char *)whole, whole == NULL ? 0 : strlen(whole)};
    if (whole != NULL && journal_from_json(&mem, &text, &journal) == NULL) {
        const char *once = journal_to_json(&mem, &journal);
        struct journal again = {.seq = 1};
        struct blob written = {(const unsigned char *)once, strlen(once)};
        require(journal_from_json(&mem, &written, &again) == NULL);
        require(again.count == journal.count);
        const char *twice = journal_to_json(&mem, &again);
        require(strcmp(once, twice) == 0);
    }
    mem_free(&mem);
    return 0;
}

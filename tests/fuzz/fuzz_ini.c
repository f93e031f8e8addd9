/* The config: one that is not refused names only what was written, however inih cut its lines. */
#include "fuzz.h"

#include "config.h"

#include <string.h>

static bool is_in(const struct blob *text, const char *word)
{
    return word[0] == '\0' || memmem(text->data, text->size, word, strlen(word)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mem mem = {0};
    struct names problems = {0};
    struct config config;
    struct blob text = {mem_copy(&mem, data, size), size};
    config_parse(&mem, "fuzz.ini", &text, &config, &problems);
    for (size_t i = 0; i < problems.count; i++)
        require(strncmp(problems.names[i], "fuzz.ini", 8) == 0);
    for (size_t i = 0; problems.count == 0 && i < config.step_count; i++) {
        require(is_in(&text, config.steps[i].name));
        require(is_in(&text, config.steps[i].plugin));
        for (size_t k = 0; k < config.steps[i].entry_count; k++)
            for (size_t l = 0; l < config.steps[i].entries[k].lines.count; l++)
                require(is_in(&text, config.steps[i].entries[k].lines.names[l]));
    }
    mem_free(&mem);
    return 0;
}

/* site-options.conf. With the edits made that set a token, it has that token, and they are undone
 * to the same bytes. */
#include "fuzz.h"

#include "line_edit.h"
#include "memory.h"
#include "site_options.h"
#include "site_options_edit.h"

#include <string.h>

static const struct site_want wants[] = {
    {"DATABASE_SSL", "on"},
    {"POSTGRES_SSL_CERT_FILE", "/var/ops/ssl/db1.crt"},
    {"POSTGRES_SSL_KEY_FILE", "/var/ops/ssl/db1.key"},
};
enum { WANTS = sizeof wants / sizeof *wants };

static void require_tokens(const struct blob *text)
{
    struct site_options options;
    struct site_error error;
    struct site_edits none;
    require(site_options_parse(text->data, text->size, &options, &error) == 0);
    require(site_options_edit(&options, wants, WANTS, &none, &error) == 0);
    require(none.count == 0);
    for (size_t i = 0; i < WANTS; i++) {
        char *value = NULL;
        require(site_options_get(&options, wants[i].name, &value, &error) == 0);
        require(strcmp(value, wants[i].value) == 0);
    }
}

/* As core makes them. */
static void try_edits(const struct site_edits *wanted, const struct blob *text)
{
    struct mem mem = {0};
    struct edits edits = {0};
    struct blob edited;
    struct blob back;
    struct edits placed;
    struct edits undone;
    const char *why = NULL;
    for (size_t i = 0; i < wanted->count; i++)
        *mem_push(&mem, edits.items, edits.count) =
            (struct edit){.old_line = wanted->edits[i].old_line,
                          .new_line = wanted->edits[i].new_line,
                          .anchor = wanted->edits[i].anchor};
    require(edits_apply(&mem, &edits, text, &edited, &placed, &why) == 0);
    require_tokens(&edited);
    require(edits_undo(&mem, &placed, &edited, &back, &undone, &why) == 0);
    require(back.size == text->size && memcmp(back.data, text->data, text->size) == 0);
    mem_free(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct site_options options;
    struct site_error error;
    struct site_edits edits;
    /* Core refuses to edit a file with a NUL in it. */
    if (memchr(data, '\0', size) != NULL || site_options_parse(data, size, &options, &error) != 0) {
        memory_end();
        return 0;
    }
    if (site_options_edit(&options, wants, WANTS, &edits, &error) == 0)
        try_edits(&edits, &(struct blob){data, size});
    memory_end();
    return 0;
}

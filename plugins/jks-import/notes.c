#include "notes.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/cert.h"

enum { HEX = CERT_SHA256_HEX_SIZE - 1 };

/* 64 digits, a space, an alias, a space, an absolute path. */
static bool fits(const char *line)
{
    unsigned char sha256[CERT_SHA256_SIZE];
    char hex[CERT_SHA256_HEX_SIZE];
    if (strlen(line) < HEX + 4 || line[HEX] != ' ')
        return false;
    memcpy(hex, line, HEX);
    hex[HEX] = '\0';
    const char *space = strchr(line + HEX + 1, ' ');
    return cert_hex_parse(hex, sha256) && space != NULL && space != line + HEX + 1 &&
           space[1] == '/';
}

static bool add(struct import_notes *notes, char *line)
{
    if (line == NULL)
        return false;
    if (notes->count == notes->room) {
        size_t room = notes->room == 0 ? 16 : 2 * notes->room;
        char **lines = realloc(notes->lines, room * sizeof *lines);
        if (lines == NULL) {
            free(line);
            return false;
        }
        notes->lines = lines;
        notes->room = room;
    }
    notes->lines[notes->count++] = line;
    return true;
}

bool import_notes_parse(const char *text, struct import_notes *ret)
{
    struct import_notes notes = {0};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        if (line != NULL && !fits(line))
            free(line);
        else if (!add(&notes, line)) {
            import_notes_free(&notes);
            return false;
        }
        text += length + (text[length] == '\n');
    }
    *ret = notes;
    return true;
}

/* "SHA256 ALIAS STORE" */
static char *make_line(const char *store, const char *alias, const unsigned char sha256[32])
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    struct bytes line = {0};
    bytes_printf(&line, "%s %s %s", hex, alias, store);
    if (line.failed)
        bytes_free(&line);
    return (char *)line.data;
}

bool import_notes_has(const struct import_notes *notes, const char *store, const char *alias,
                      const unsigned char sha256[32])
{
    char *line = make_line(store, alias, sha256);
    bool found = false;
    for (size_t i = 0; line != NULL && !found && i < notes->count; i++)
        found = strcmp(notes->lines[i], line) == 0;
    free(line);
    return found;
}

bool import_notes_set(struct import_notes *notes, const char *store, const char *alias,
                      const unsigned char sha256[32])
{
    if (strchr(store, '\n') != NULL)
        return true; /* no line can hold it: not noted, so never renewed by itself */
    char *line = make_line(store, alias, sha256);
    if (line == NULL)
        return false;
    for (size_t i = 0; i < notes->count; i++) {
        if (strcmp(notes->lines[i] + HEX, line + HEX) != 0)
            continue;
        if (strcmp(notes->lines[i], line) == 0) {
            free(line);
            return true;
        }
        free(notes->lines[i]);
        notes->lines[i] = line;
        notes->changed = true;
        return true;
    }
    notes->changed = true;
    return add(notes, line);
}

bool import_notes_drop(struct import_notes *notes, const char *store, const char *alias)
{
    static const unsigned char any[CERT_SHA256_SIZE];
    char *line = make_line(store, alias, any);
    size_t kept = 0;
    for (size_t i = 0; line != NULL && i < notes->count; i++) {
        if (strcmp(notes->lines[i] + HEX, line + HEX) != 0) {
            notes->lines[kept++] = notes->lines[i];
            continue;
        }
        free(notes->lines[i]);
        notes->changed = true;
    }
    if (line == NULL)
        return false;
    notes->count = kept;
    free(line);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void import_notes_text(const struct import_notes *notes, struct bytes *out)
{
    bytes_add(out, "", 0);
    if (notes->count > 0)
        qsort(notes->lines, notes->count, sizeof *notes->lines, by_text);
    for (size_t i = 0; i < notes->count; i++)
        bytes_printf(out, "%s\n", notes->lines[i]);
}

void import_notes_free(struct import_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->lines[i]);
    free(notes->lines);
    *notes = (struct import_notes){0};
}

#include "ownership.h"

#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "memory.h"

enum { HEX = CERT_SHA256_HEX_SIZE - 1 };

/* 64 digits, a space, an alias, a space, an absolute path. */
static bool line_fits(const char *line)
{
    unsigned char sha256[CERT_SHA256_SIZE];
    if (strlen(line) < HEX + 4 || line[HEX] != ' ')
        return false;
    const char *space = strchr(line + HEX + 1, ' ');
    return cert_hex_parse(memory_strn(line, HEX), sha256) && space != NULL &&
           space != line + HEX + 1 && space[1] == '/';
}

/* What a line is about: its alias and store. */
static int by_subject(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a + HEX, *(const char *const *)b + HEX);
}

/* The place of the line about the same, or the one where it belongs. */
static size_t find_place(const struct ownership *notes, const char *line, bool *ret_found)
{
    size_t low = 0, high = notes->count;
    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(notes->lines[middle] + HEX, line + HEX);
        if (order < 0) {
            low = middle + 1;
        } else {
            *ret_found = *ret_found || order == 0;
            high = middle;
        }
    }
    return low;
}

static void insert_line(struct ownership *notes, size_t place, const char *line)
{
    (void)memory_push(notes->lines, notes->count);
    memmove(&notes->lines[place + 1], &notes->lines[place],
            (notes->count - 1 - place) * sizeof *notes->lines);
    notes->lines[place] = line;
}

/* Sorted for find_place(). Two lines about one alias of a store are not tfhook's, and neither
 * counts. */
static void put_in_order(struct ownership *notes)
{
    size_t kept = 0, count = notes->count;
    const char **lines = notes->lines;
    if (count > 0)
        qsort(lines, count, sizeof *lines, by_subject);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && by_subject(&lines[i], &lines[next]) == 0; next++)
            ;
        if (next == i + 1)
            lines[kept++] = lines[i];
    }
    notes->count = kept;
}

struct ownership ownership_parse(const char *text)
{
    struct ownership notes = {0};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = memory_strn(text, length);
        if (line_fits(line))
            insert_line(&notes, notes.count, line);
        text += length + (text[length] == '\n');
    }
    put_in_order(&notes);
    return notes;
}

/* "SHA256 ALIAS STORE" */
static const char *make_line(const char *store, const char *alias, const unsigned char sha256[32])
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    return memory_printf("%s %s %s", hex, alias, store);
}

bool ownership_has(const struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32])
{
    const char *line = make_line(store, alias, sha256);
    bool found = false;
    size_t at = find_place(notes, line, &found);
    return found && strcmp(notes->lines[at], line) == 0;
}

void ownership_set(struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32])
{
    const char *line = make_line(store, alias, sha256);
    bool found = false;
    size_t at = find_place(notes, line, &found);
    if (strchr(store, '\n') !=
        NULL) /* no line can hold it: not noted, so never renewed by itself */
        return;
    if (found && strcmp(notes->lines[at], line) == 0)
        return;
    notes->changed = true;
    if (found)
        notes->lines[at] = line;
    else
        insert_line(notes, at, line);
}

void ownership_drop(struct ownership *notes, const char *store, const char *alias)
{
    static const unsigned char any[CERT_SHA256_SIZE];
    bool found = false;
    size_t at = find_place(notes, make_line(store, alias, any), &found);
    if (!found)
        return;
    notes->count--;
    memmove(&notes->lines[at], &notes->lines[at + 1], (notes->count - at) * sizeof *notes->lines);
    notes->changed = true;
}

void ownership_text(const struct ownership *notes, struct bytes *out)
{
    bytes_text(out, "");
    for (size_t i = 0; i < notes->count; i++)
        bytes_printf(out, "%s\n", notes->lines[i]);
}

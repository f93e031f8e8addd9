#include "ownership.h"

#include <stdlib.h>
#include <string.h>

#include "cert.h"

enum { HEX = CERT_SHA256_HEX_SIZE - 1 };

/* 64 digits, a space, an alias, a space, an absolute path. */
static bool line_fits(const char *line)
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

/* What a line is about: its alias and store. */
static int by_subject(const void *a, const void *b)
{
    return strcmp(*(char *const *)a + HEX, *(char *const *)b + HEX);
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

/* Takes the line over. */
static bool insert_line(struct ownership *notes, size_t place, char *line)
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
    memmove(&notes->lines[place + 1], &notes->lines[place],
            (notes->count - place) * sizeof *notes->lines);
    notes->lines[place] = line;
    notes->count++;
    return true;
}

/* Sorted for find_place(). Two lines about one alias of a store are not tfhook's, and neither
 * counts. */
static void put_in_order(struct ownership *notes)
{
    size_t kept = 0, count = notes->count;
    char **lines = notes->lines;
    if (count > 0)
        qsort(lines, count, sizeof *lines, by_subject);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && by_subject(&lines[i], &lines[next]) == 0; next++)
            ;
        if (next == i + 1)
            lines[kept++] = lines[i];
        else
            for (size_t k = i; k < next; k++)
                free(lines[k]);
    }
    notes->count = kept;
}

bool ownership_parse(const char *text, struct ownership *ret)
{
    struct ownership notes = {0};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        if (line != NULL && !line_fits(line))
            free(line);
        else if (!insert_line(&notes, notes.count, line)) {
            ownership_free(&notes);
            return false;
        }
        text += length + (text[length] == '\n');
    }
    put_in_order(&notes);
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

bool ownership_has(const struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32])
{
    char *line = make_line(store, alias, sha256);
    bool found = false;
    size_t at = line == NULL ? 0 : find_place(notes, line, &found);
    found = found && strcmp(notes->lines[at], line) == 0;
    free(line);
    return found;
}

bool ownership_set(struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32])
{
    if (strchr(store, '\n') != NULL)
        return true; /* no line can hold it: not noted, so never renewed by itself */
    char *line = make_line(store, alias, sha256);
    if (line == NULL)
        return false;
    bool found = false;
    size_t at = find_place(notes, line, &found);
    if (found && strcmp(notes->lines[at], line) == 0) {
        free(line);
        return true;
    }
    notes->changed = true;
    if (!found)
        return insert_line(notes, at, line);
    free(notes->lines[at]);
    notes->lines[at] = line;
    return true;
}

bool ownership_drop(struct ownership *notes, const char *store, const char *alias)
{
    static const unsigned char any[CERT_SHA256_SIZE];
    char *line = make_line(store, alias, any);
    if (line == NULL)
        return false;
    bool found = false;
    size_t at = find_place(notes, line, &found);
    if (found) {
        free(notes->lines[at]);
        notes->count--;
        memmove(&notes->lines[at], &notes->lines[at + 1],
                (notes->count - at) * sizeof *notes->lines);
        notes->changed = true;
    }
    free(line);
    return true;
}

void ownership_text(const struct ownership *notes, struct bytes *out)
{
    bytes_add(out, "", 0);
    for (size_t i = 0; i < notes->count; i++)
        bytes_printf(out, "%s\n", notes->lines[i]);
}

void ownership_free(struct ownership *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->lines[i]);
    free(notes->lines);
    *notes = (struct ownership){0};
}

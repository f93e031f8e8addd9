/*
 * INI text as a list of entries with their lines: inih reads it, after a scan that refuses all that
 * inih would take silently in a way the writer did not mean (facts: a line above 200 bytes is cut
 * in two and its tail read as a key, section names are cut at 49, `key: value` and ` ;` comments).
 * Then the two readings are compared, entry by entry.
 */
#ifndef TFHOOK_INI_TEXT_H
#define TFHOOK_INI_TEXT_H

#include "blob.h"
#include "mem.h"
#include "text.h"

#include <stdbool.h>

struct ini_entry {
    const char *key;
    struct names lines; /* the value's lines: the one behind '=' (may be ""), then indented ones */
    unsigned line;
};

struct ini_section {
    const char *name;
    unsigned line;
    struct ini_entry *entries;
    size_t count;
};

struct ini {
    const char *file;
    struct ini_section *sections;
    size_t count;
};

/* Problems are added to `problems`, one line each with file:line; the sections then found are as
 * good as they can be, so that later checks can add theirs. */
void ini_read(struct mem *mem, const char *file, const struct blob *text, struct ini *ret,
              struct names *problems);

/* The items of a list: the indented lines, or one line's parts between commas. */
struct names ini_items(struct mem *mem, const struct ini_entry *entry);

/* Commas on the first line and indented lines below it: which is meant? INI_MIXED_LIST says so.
 */
bool ini_is_mixed_list(const struct ini_entry *entry);
#define INI_MIXED_LIST                                                                             \
    "%s: write the list on one line with commas, or each item on a line of its own"

#endif

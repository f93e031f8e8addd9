/*
 * INI text as sections with their entries. inih reads it, but takes in silence what the writer did
 * not mean: it cuts lines at 200 bytes and names at 49, takes `key: value`, and never tells of an
 * empty or a repeated section. So each line is checked as it is handed to inih.
 *
 *     ini_read(mem, "tfhook.ini", &text, &ini, &lines)
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
    struct ini_section *sections;
    size_t count;
};

/* Where it is told what is wrong with a file: one line each, "FILE:LINE: ...". */
struct ini_problems {
    struct mem *mem;
    const char *file;
    struct names *lines;
};

/* Line 0 is the file as a whole. */
const char *ini_place(const struct ini_problems *problems, unsigned line);
void ini_refuse(const struct ini_problems *problems, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The sections hold what could be read, so that later checks can add their problems to these. */
void ini_read(const struct ini_problems *problems, const struct blob *text, struct ini *ret);

/* NULL: no entry has the key. */
const struct ini_entry *ini_find(const struct ini_entry *entries, size_t count, const char *key);

#endif

/*
 * INI text as sections with their entries. inih reads it, but it silently accepts what the writer
 * did not mean: it cuts lines at 200 bytes and names at 49, takes `key: value`, and does not report
 * an empty or a repeated section. So each line is checked before inih sees it.
 *
 *     struct ini_problems problems = {mem, "tfhook.ini", "tfhook.ini: ", &lines};
 *     ini_read(&problems, &text, &ini);
 *     ... ini_refuse(&problems, ini.sections[0].line, "no section is called ...")
 */
#ifndef TFHOOK_INI_TEXT_H
#define TFHOOK_INI_TEXT_H

#include "mem.h"
#include "text.h"

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

/* A file and the list that its problems are added to, one line each: "FILE:LINE: ...". */
struct ini_problems {
    struct mem *mem;
    const char *file;
    const char *whole; /* begins a line about the file as a whole */
    struct names *lines;
};

/* How a line of problems begins; line 0 stands for the file as a whole. */
const char *ini_place(const struct ini_problems *problems, unsigned line);
void ini_refuse(const struct ini_problems *problems, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds what is wrong to the problems. The sections hold what could be read all the same, so that
 * later checks can add what they find. */
void ini_read(const struct ini_problems *problems, const struct blob *text, struct ini *ret);

/* The first entry of that key; NULL: there is none. */
const struct ini_entry *ini_find(const struct ini_entry *entries, size_t count, const char *key);

#endif

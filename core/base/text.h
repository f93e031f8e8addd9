/*
 * Text for people and for parsers: growing, splitting, escaping, comparing. Pure.
 */
#ifndef TFHOOK_TEXT_H
#define TFHOOK_TEXT_H

#include "mem.h"

#include <stdbool.h>
#include <stddef.h>

struct names {
    const char **names; /* names[count] is NULL */
    size_t count;
};

void names_add(struct mem *mem, struct names *list, const char *name);
void names_truncate(struct names *list, size_t count); /* to at most so many */
bool names_have(const struct names *list, const char *name);

const char *names_join(struct mem *mem, const struct names *list, const char *between);

/* Fit to be shown: control characters, broken UTF-8 and the characters that turn the direction of
 * writing become \xNN; the rest stays. One line in, one line out. */
const char *text_escape(struct mem *mem, const char *text, size_t size);
const char *text_shown(struct mem *mem, const char *text); /* the same of all of it */

/* Bytes as lower-case hex, and back; NULL for what is not hex. */
char *text_hex(struct mem *mem, const void *data, size_t size);
char *text_from_hex(struct mem *mem, const char *hex);

/* One word for a shell to read: as it is where that is plain, else in single quotes; what would be
 * escaped goes into $'...' of bash, ksh and zsh. */
const char *text_shell_word(struct mem *mem, const char *text);

/* Nothing in it would be escaped; blanks that are tabs are fine. */
bool text_may_be_shown(const char *text, size_t size);

/* The same for several lines: "\n" stays. */
const char *text_escape_lines(struct mem *mem, const char *text);

/* The text without white space at both ends. */
char *text_trim(struct mem *mem, const char *text, size_t size);

/* "; did you mean X?", where X is the candidate nearest to `name` by edit distance; "" when none is
 * near enough to be meant. */
const char *text_did_you_mean(struct mem *mem, const char *name, const struct names *candidates);

/* Shell quoting without expansion: blanks part words; '...' and "..." quote, \ escapes. The words,
 * or -1 with *ret_why set. */
int text_words(struct mem *mem, const char *text, struct names *ret, const char **ret_why)
    __attribute__((warn_unused_result));

/* A whole number from min to max, nothing before or behind it. */
bool text_number(const char *text, long min, long max, long *ret)
    __attribute__((warn_unused_result));

/* "1 file", "2 files". */
const char *text_count(struct mem *mem, size_t count, const char *noun);

#endif

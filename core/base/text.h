/*
 * Text for people and for parsers: growing, splitting, escaping, comparing. No function has a side
 * effect; what is returned lives in `mem`.
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
void names_sort(struct names *list);                   /* by byte */
bool names_have(const struct names *list, const char *name);
/* All names as one text, with `between` between two of them. */
const char *names_join(struct mem *mem, const struct names *list, const char *between);

/* The text as it can be shown safely: control characters, broken UTF-8 and the characters that turn
 * the direction of writing become \xNN, the rest stays. A newline is such a character, so one line
 * stays one line. Escaping twice is the same as escaping once. */
const char *text_escape(struct mem *mem, const char *text, size_t size);
const char *text_shown(struct mem *mem, const char *text); /* the same, up to the NUL; NULL: NULL */
const char *text_escape_lines(struct mem *mem, const char *text); /* the same, but newlines stay */

/* Escaping would change nothing in it, except perhaps tabs. */
bool text_may_be_shown(const char *text, size_t size);

/* Bytes as lower-case hex, and back; NULL for what is not hex. */
char *text_hex(struct mem *mem, const void *data, size_t size);
char *text_from_hex(struct mem *mem, const char *hex);

/* The text as one word for a shell: as it is where that is plain, else in single quotes; with
 * characters that would be escaped, in $'...', which bash, ksh and zsh know. */
const char *text_shell_word(struct mem *mem, const char *text);

/* The text without white space at both ends. */
char *text_trim(struct mem *mem, const char *text, size_t size);

/* "; did you mean X?", where X is the candidate nearest to `name` by edit distance; "" when none is
 * near enough to be meant. */
const char *text_did_you_mean(struct mem *mem, const char *name, const struct names *candidates);

/* The words of a text with a shell's quoting, but without its expansion: blanks separate words,
 * '...' and "..." quote, \ escapes. -1: *ret_why says what is wrong. */
int text_words(struct mem *mem, const char *text, struct names *ret, const char **ret_why)
    __attribute__((warn_unused_result));

/* Is the text a whole number from min to max, with nothing before or behind it? */
bool text_number(const char *text, long min, long max, long *ret)
    __attribute__((warn_unused_result));

/* "1 file", "2 files". */
const char *text_count(struct mem *mem, size_t count, const char *noun);

#endif

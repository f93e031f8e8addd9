#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void names_add(struct mem *mem, struct names *list, const char *name)
{
    *mem_push(mem, list->names, list->count) = name;
    list->names = mem_grow(mem, list->names, list->count, sizeof *list->names);
    list->names[list->count] = NULL;
}

void names_truncate(struct names *list, size_t count)
{
    if (list->count <= count)
        return;
    list->count = count;
    list->names[count] = NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void names_sort(struct names *list)
{
    if (list->count > 1)
        qsort(list->names, list->count, sizeof *list->names, by_name);
}

bool names_have(const struct names *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return true;
    return false;
}

const char *names_join(struct mem *mem, const struct names *list, const char *between)
{
    const char *text = "";
    for (size_t i = 0; i < list->count; i++)
        text = mem_printf(mem, "%s%s%s", text, i > 0 ? between : "", list->names[i]);
    return text;
}

static bool is_shown(uint32_t c)
{
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x200b && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff;
}

/* The length of the character at `s` in UTF-8; 0: there is none, or it is not to be shown. */
static size_t shown_length(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t extra = 0; extra < 4; extra++) {
        if ((s[0] & forms[extra].mask) != forms[extra].lead)
            continue;
        if (extra >= left)
            return 0;
        uint32_t c = s[0] & (unsigned char)~forms[extra].mask;
        for (size_t i = 1; i <= extra; i++) {
            if ((s[i] & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (s[i] & 0x3f);
        }
        bool valid = c >= forms[extra].least && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        return valid && is_shown(c) ? extra + 1 : 0;
    }
    return 0;
}

char *text_hex(struct mem *mem, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    char *hex = mem_alloc(mem, 2 * size + 1);
    for (size_t i = 0; i < size; i++)
        (void)snprintf(hex + 2 * i, strlen("NN") + 1, "%02x", bytes[i]);
    return hex;
}

char *text_from_hex(struct mem *mem, const char *hex)
{
    static const char hex_digits[] = "0123456789abcdef";
    size_t size = strlen(hex) / 2;
    char *bytes = mem_alloc(mem, size + 1);
    if (strspn(hex, hex_digits) < 2 * size)
        return NULL;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)((strchr(hex_digits, hex[2 * i]) - hex_digits) << 4 |
                          (strchr(hex_digits, hex[2 * i + 1]) - hex_digits));
    return bytes;
}

enum { NOTHING = -1 };

/* The character `kept` stays as it is. */
static const char *escape(struct mem *mem, const char *text, size_t size, int kept)
{
    const unsigned char *s = (const unsigned char *)text;
    char *out = mem_alloc(mem, size * strlen("\\xNN") + 1);
    char *end = out;
    for (size_t i = 0; i < size;) {
        size_t length = s[i] == kept ? 1 : shown_length(s + i, size - i);
        if (length > 0)
            end = mempcpy(end, s + i, length);
        else
            end += snprintf(end, strlen("\\xNN") + 1, "\\x%02x", s[i]);
        i += length > 0 ? length : 1;
    }
    return out;
}

const char *text_escape(struct mem *mem, const char *text, size_t size)
{
    return escape(mem, text, size, NOTHING);
}

const char *text_shown(struct mem *mem, const char *text)
{
    return text == NULL ? NULL : escape(mem, text, strlen(text), NOTHING);
}

const char *text_escape_lines(struct mem *mem, const char *text)
{
    return escape(mem, text, strlen(text), '\n');
}

bool text_may_be_shown(const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t length = 1;
    for (size_t i = 0; i < size && length > 0; i += length)
        length = s[i] == '\t' ? 1 : shown_length(s + i, size - i);
    return length > 0;
}

const char *text_shell_word(struct mem *mem, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+,:=@%";
    size_t size = strlen(text);
    if (size > 0 && strspn(text, plain) == size)
        return mem_str(mem, text);
    if (text_may_be_shown(text, size) && strpbrk(text, "\t\\'") == NULL)
        return mem_printf(mem, "'%s'", text);
    const char *word = "";
    for (const char *c = text; *c != '\0'; c++) {
        bool as_it_is = *c > ' ' && *c <= '~' && *c != '\\' && *c != '\'';
        word = mem_printf(mem, as_it_is ? "%s%c" : "%s\\x%02x", word, (unsigned char)*c);
    }
    return mem_printf(mem, "$'%s'", word);
}

char *text_trim(struct mem *mem, const char *text, size_t size)
{
    while (size > 0 && isspace((unsigned char)text[0])) {
        text++;
        size--;
    }
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    return mem_copy(mem, text, size);
}

enum { NEAREST_MAX = 64 };

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1];
    size_t length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[length];
}

const char *text_did_you_mean(struct mem *mem, const char *name, const struct names *candidates)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    size_t length = strlen(name);
    if (length == 0 || length > NEAREST_MAX)
        return "";
    for (size_t i = 0; i < candidates->count; i++) {
        const char *candidate = candidates->names[i];
        size_t d = strlen(candidate) > NEAREST_MAX ? SIZE_MAX : edit_distance(name, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best_distance <= 1 + length / 3 ? mem_printf(mem, "; did you mean %s?", best) : "";
}

int text_words(struct mem *mem, const char *text, struct names *ret, const char **ret_why)
{
    static const char blanks[] = " \t\n\v\f\r";
    struct names words = {0};
    char *word = mem_alloc(mem, strlen(text) + 1);
    for (const char *s = text + strspn(text, blanks); *s != '\0'; s += strspn(s, blanks)) {
        size_t size = 0;
        char quote = '\0';
        for (; *s != '\0' && (quote != '\0' || strchr(blanks, *s) == NULL); s++) {
            bool escapes = *s == '\\' && quote != '\'' &&
                           (quote == '\0' || (s[1] != '\0' && strchr("\"\\$`", s[1]) != NULL));
            if (escapes && s[1] == '\0') {
                *ret_why = "it ends with a \\";
                return -1;
            }
            if (escapes)
                word[size++] = *++s;
            else if (quote == '\0' && (*s == '"' || *s == '\''))
                quote = *s;
            else if (quote != '\0' && *s == quote)
                quote = '\0';
            else
                word[size++] = *s;
        }
        if (quote != '\0') {
            *ret_why = quote == '"' ? "a \" is not closed" : "a ' is not closed";
            return -1;
        }
        names_add(mem, &words, mem_copy(mem, word, size));
    }
    *ret = words;
    return 0;
}

bool text_number(const char *text, long min, long max, long *ret)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return false;
    errno = 0;
    long value = strtol(text, NULL, 10);
    if (errno != 0 || value < min || value > max)
        return false;
    *ret = value;
    return true;
}

const char *text_count(struct mem *mem, size_t count, const char *noun)
{
    return mem_printf(mem, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

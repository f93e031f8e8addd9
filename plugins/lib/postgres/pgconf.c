#include "pgconf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_name(char c)
{
    return c == '_' || c == '.' || c == '$' || isalnum((unsigned char)c) != 0 ||
           (unsigned char)c >= 0x80;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* 'it''s' and 'it\'s' are both it's. Returns behind the closing quote, or NULL. */
static const char *read_quoted(const char *at, const char *end, char *to, size_t room)
{
    size_t used = 0;
    for (at++; at < end; at++) {
        char c = *at;
        if (c == '\'' && !(at + 1 < end && at[1] == '\'')) {
            to[used] = '\0';
            return at + 1;
        }
        if (c == '\'' || (c == '\\' && at + 1 < end))
            c = *++at;
        if (used + 1 >= room)
            return NULL;
        to[used++] = c;
    }
    return NULL;
}

static const char *read_plain(const char *at, const char *end, char *to, size_t room)
{
    size_t used = 0;
    for (; at < end && !is_blank(*at) && *at != '#'; at++) {
        if (used + 1 >= room)
            return NULL;
        to[used++] = *at;
    }
    to[used] = '\0';
    return used > 0 ? at : NULL;
}

static bool read_statement(const char *at, const char *end, struct pgconf_statement *ret)
{
    size_t used = 0;
    at = skip_blanks(at, end);
    for (; at < end && is_name(*at); at++) {
        if (used + 1 >= sizeof ret->name)
            return false;
        ret->name[used++] = (char)tolower((unsigned char)*at);
    }
    ret->name[used] = '\0';
    const char *value = skip_blanks(at, end);
    if (used == 0 || value == end)
        return false;
    if (*value == '=')
        value = skip_blanks(value + 1, end);
    else if (value == at && *value != '\'')
        return false;
    if (value == end || *value == '#')
        return false;
    const char *rest = *value == '\'' ? read_quoted(value, end, ret->value, sizeof ret->value)
                                      : read_plain(value, end, ret->value, sizeof ret->value);
    if (rest == NULL)
        return false;
    rest = skip_blanks(rest, end);
    return rest == end || *rest == '#';
}

bool pgconf_next(struct pgconf_reader *reader, struct pgconf_statement *ret)
{
    struct pgconf_statement found;
    while (reader->at < reader->size) {
        const char *at = reader->data + reader->at;
        const char *newline = memchr(at, '\n', reader->size - reader->at);
        const char *end = newline != NULL ? newline : reader->data + reader->size;
        reader->at = (size_t)(end - reader->data) + (newline != NULL);
        found.line = ++reader->line;
        if (!read_statement(at, end, &found))
            continue;
        *ret = found;
        return true;
    }
    return false;
}

enum pgconf_truth pgconf_truth(const char *value)
{
    static const struct {
        const char *word;
        size_t least; /* as many of its letters say which word it is */
        enum pgconf_truth truth;
    } words[] = {
        {"true", 1, PGCONF_TRUE}, {"false", 1, PGCONF_FALSE}, {"yes", 1, PGCONF_TRUE},
        {"no", 1, PGCONF_FALSE},  {"on", 2, PGCONF_TRUE},     {"off", 2, PGCONF_FALSE},
        {"1", 1, PGCONF_TRUE},    {"0", 1, PGCONF_FALSE},
    };
    size_t size = strlen(value);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (size >= words[i].least && size <= strlen(words[i].word) &&
            strncasecmp(value, words[i].word, size) == 0)
            return words[i].truth;
    return PGCONF_NEITHER;
}

#include "site_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bytes.h"
#include "memory.h"

/* How deep {__NAME__} may lead. Real files need one or two. */
enum { REFERENCE_DEPTH = 8, REFERENCE_LIMIT = 64, VALUE_LIMIT = 64 * 1024 };

static const char block_start[] = "START_MULTILINE_BLOCK";
static const char block_end[] = "END_MULTILINE_BLOCK";
static const char byte_order_mark[] = "\xef\xbb\xbf";

struct span {
    const char *text;
    size_t size;
};

void site_error_set(struct site_error *error, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->line = line;
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static struct span trim_span(const char *text, size_t size)
{
    while (size > 0 && is_blank(text[0])) {
        text++;
        size--;
    }
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    return (struct span){text, size};
}

bool site_text_is(const char *text, size_t size, const char *wanted)
{
    return size == strlen(wanted) && memcmp(text, wanted, size) == 0;
}

bool site_options_is_secret(const char *name, size_t size)
{
    static const char *const parts[] = {"PASSWORD",    "PASSWD",     "SECRET",
                                        "OBFUSCATION", "PASSPHRASE", "AUTO_DATA"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t part = strlen(parts[i]);
        for (size_t at = 0; at + part <= size; at++)
            if (strncasecmp(name + at, parts[i], part) == 0)
                return true;
    }
    return false;
}

static void classify_line(struct site_line *line, bool in_block)
{
    struct span all = trim_span(line->text, line->size);
    if (site_text_is(all.text, all.size, block_end)) {
        line->kind = SITE_BLOCK_END;
        return;
    }
    if (in_block) {
        line->kind = SITE_BLOCK_BODY;
        return;
    }
    if (all.size == 0 || all.text[0] == '#') {
        line->kind = all.size == 0 ? SITE_BLANK : SITE_COMMENT;
        return;
    }
    const char *equals = memchr(all.text, '=', all.size);
    if (equals == NULL || equals == all.text) {
        line->kind = SITE_ODD;
        return;
    }
    struct span name = trim_span(all.text, (size_t)(equals - all.text));
    struct span value = trim_span(equals + 1, all.size - (size_t)(equals - all.text) - 1);
    line->name = name.text;
    line->name_size = name.size;
    line->value = value.text;
    line->value_size = value.size;
    line->kind = site_text_is(value.text, value.size, block_start) ? SITE_BLOCK_START : SITE_TOKEN;
    if (name.size == 0)
        line->kind = SITE_ODD;
}

static size_t count_lines(const char *data, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += data[i] == '\n';
    if (size > 0 && data[size - 1] != '\n')
        count++;
    return count;
}

/* Cuts the data into lines and says what each is; *ret_open: the line, from 1, whose block is open
 * at the end. */
static int read_lines(struct site_options *options, size_t *ret_open, struct site_error *error)
{
    const char *at = options->data, *end = options->data + options->size;
    size_t open = 0;
    for (size_t i = 0; i < options->count; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct site_line *line = &options->lines[i];
        line->text = at;
        line->size = (size_t)((newline != NULL ? newline : end) - at);
        struct site_line seen = *line;
        if (i == 0 && seen.size >= 3 && memcmp(seen.text, byte_order_mark, 3) == 0) {
            seen.text += 3;
            seen.size -= 3;
        }
        classify_line(&seen, open != 0);
        seen.text = line->text;
        seen.size = line->size;
        *line = seen;
        if (line->kind == SITE_BLOCK_START)
            open = i + 1;
        if (line->kind == SITE_BLOCK_END) {
            if (open == 0) {
                site_error_set(error, i + 1, "%s without a %s before it", block_end, block_start);
                return -EINVAL;
            }
            open = 0;
        }
        at = newline != NULL ? newline + 1 : end;
    }
    *ret_open = open;
    return 0;
}

int site_options_parse(const void *data, size_t size, struct site_options *ret,
                       struct site_error *error)
{
    struct site_options options = {.size = size, .count = count_lines(data, size)};
    size_t open = 0;
    options.data = memory_new(size + 1);
    options.lines = memory_new((options.count + 1) * sizeof options.lines[0]);
    if (size > 0)
        memcpy(options.data, data, size);
    int result = read_lines(&options, &open, error);
    if (result < 0)
        return result;
    if (open != 0) {
        site_error_set(error, open, "%s that no %s ends", block_start, block_end);
        return -EINVAL;
    }
    *ret = options;
    return 0;
}

static bool has_name(const struct site_line *line)
{
    return line->kind == SITE_TOKEN || line->kind == SITE_BLOCK_START;
}

int site_options_find(const struct site_options *options, const char *name, size_t *ret_line,
                      struct site_error *error)
{
    size_t found = options->count, size = strlen(name);
    for (size_t i = 0; i < options->count; i++) {
        const struct site_line *line = &options->lines[i];
        if (!has_name(line) || line->name_size != size || strncasecmp(line->name, name, size) != 0)
            continue;
        if (found < options->count) {
            site_error_set(error, i + 1,
                           "%s is set on line %zu and again on line %zu; TeamForge does not say "
                           "which of them counts: delete one",
                           name, found + 1, i + 1);
            return -EINVAL;
        }
        found = i;
        if (memcmp(line->name, name, size) != 0) {
            site_error_set(error, i + 1,
                           "%s is written with other upper and lower case letters; TeamForge does "
                           "not say whether that counts: write it as %s",
                           name, name);
            return -EINVAL;
        }
        if (line->kind == SITE_BLOCK_START) {
            site_error_set(error, i + 1, "%s is a multi-line block; it must be one line", name);
            return -EINVAL;
        }
    }
    if (found == options->count) {
        site_error_set(error, 0, "%s is not set", name);
        return -ENOENT;
    }
    *ret_line = found;
    return 0;
}

/* A value that is being put together. The budget bounds the work: references may fan out. */
struct expansion {
    const struct site_options *options;
    size_t first; /* the line whose value is wanted */
    struct bytes out;
    unsigned budget;
    struct site_error *error;
};

static int not_understood(struct expansion *e, const char *why, const char *name)
{
    site_error_set(e->error, e->first + 1, "{__%s__} in its value is not understood: %s", name,
                   why);
    return -EINVAL;
}

static int expand_value(struct expansion *e, size_t number, int depth);

static int expand_reference(struct expansion *e, struct span name, int depth)
{
    char text[128];
    size_t target = 0;
    struct site_error inner;
    if (name.size == 0 || name.size >= sizeof text)
        return not_understood(e, "that is no token's name", "");
    memcpy(text, name.text, name.size);
    text[name.size] = '\0';
    if (site_options_is_secret(text, name.size))
        return not_understood(e, "that token is secret", text);
    if (depth >= REFERENCE_DEPTH || e->budget == 0)
        return not_understood(e, "it leads to itself, or too far", text);
    e->budget--;
    if (site_options_find(e->options, text, &target, &inner) < 0)
        return not_understood(e, inner.text, text);
    return expand_value(e, target, depth + 1);
}

static int expand_value(struct expansion *e, size_t number, int depth)
{
    const char *at = e->options->lines[number].value;
    const char *end = at + e->options->lines[number].value_size;
    while (at < end) {
        const char *open = memmem(at, (size_t)(end - at), "{__", 3);
        const char *rest = open == NULL ? end : open + 3;
        bytes_add(&e->out, at, (size_t)((open == NULL ? end : open) - at));
        if (open == NULL)
            break;
        const char *close = memmem(rest, (size_t)(end - rest), "__}", 3);
        if (close == NULL)
            return not_understood(e, "it does not end", "");
        int result = expand_reference(e, (struct span){rest, (size_t)(close - rest)}, depth);
        if (result < 0)
            return result;
        if (e->out.size > VALUE_LIMIT)
            return not_understood(e, "its value is over 64 KiB", "");
        at = close + 3;
    }
    return 0;
}

int site_options_resolve(const struct site_options *options, size_t line, char **ret_value,
                         struct site_error *error)
{
    struct expansion e = {
        .options = options, .first = line, .budget = REFERENCE_LIMIT, .error = error};
    int result = expand_value(&e, line, 0);
    bytes_text(&e.out, "");
    if (result == 0 && memchr(e.out.data, '\0', e.out.size) != NULL) {
        site_error_set(error, line + 1, "a NUL byte in its value");
        result = -EINVAL;
    }
    if (result == 0)
        *ret_value = memory_str((char *)e.out.data);
    bytes_free(&e.out);
    return result;
}

int site_options_get(const struct site_options *options, const char *name, char **ret_value,
                     struct site_error *error)
{
    size_t line = 0;
    int result = site_options_find(options, name, &line, error);
    return result < 0 ? result : site_options_resolve(options, line, ret_value, error);
}

/* One line edit of a text, by the rules of host->edit(). */
#include "state.h"

#include <string.h>

enum { NOWHERE = -1, AMBIGUOUS = -2 };

struct line {
    const char *text;
    size_t size;
};

struct lines {
    struct line *items;
    size_t count;
};

/* Always at least one: a text that ends with "\n" has an empty last one. */
static struct lines split_lines(struct testhost *t, const struct tfhook_data *content)
{
    const char *s = (const char *)content->data, *end = s + content->size;
    size_t count = 1;
    for (const char *at = s; at < end; at++)
        count += *at == '\n';
    struct lines lines = {testhost_alloc(t, count * sizeof *lines.items), count};
    for (size_t i = 0; i < count; i++) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        lines.items[i] = (struct line){s, (size_t)((newline == NULL ? end : newline) - s)};
        s += lines.items[i].size + 1;
    }
    return lines;
}

static bool line_is(const struct lines *lines, size_t index, const char *text)
{
    const struct line *line = &lines->items[index];
    return line->size == strlen(text) && memcmp(line->text, text, line->size) == 0;
}

/* The line `text`; with several, the one that follows `anchor`. */
static ptrdiff_t find_line(const struct lines *lines, const char *text, const char *anchor)
{
    ptrdiff_t found = NOWHERE, anchored = NOWHERE;
    for (size_t i = 0; i < lines->count; i++) {
        if (!line_is(lines, i, text))
            continue;
        if (anchor == NULL ? i == 0 : i > 0 && line_is(lines, i - 1, anchor))
            anchored = anchored == NOWHERE ? (ptrdiff_t)i : AMBIGUOUS;
        found = found == NOWHERE ? (ptrdiff_t)i : AMBIGUOUS;
    }
    return found == AMBIGUOUS && anchored != NOWHERE ? anchored : found;
}

static ptrdiff_t find_gap(const struct lines *lines, const char *anchor)
{
    if (anchor == NULL)
        return (ptrdiff_t)(lines->count - line_is(lines, lines->count - 1, ""));
    ptrdiff_t found = NOWHERE;
    for (size_t i = 0; i < lines->count; i++)
        if (line_is(lines, i, anchor))
            found = found == NOWHERE ? (ptrdiff_t)i + 1 : AMBIGUOUS;
    return found;
}

/* The lines with `width` of them at `at` replaced by `text`, or by none when that is NULL. */
static struct tfhook_data join_lines(struct testhost *t, const struct lines *lines, size_t at,
                                     size_t width, const char *text)
{
    size_t room = text == NULL ? 0 : strlen(text) + 1, size = 0;
    bool first = true;
    for (size_t i = 0; i < lines->count; i++)
        room += lines->items[i].size + 1;
    char *data = testhost_alloc(t, room);
    for (size_t i = 0; i <= lines->count; i++) {
        const struct line ours = {text, text == NULL ? 0 : strlen(text)};
        const struct line *parts[] = {
            i == at && text != NULL ? &ours : NULL,
            i < lines->count && (i < at || i >= at + width) ? &lines->items[i] : NULL};
        for (size_t p = 0; p < 2; p++) {
            if (parts[p] == NULL)
                continue;
            if (!first)
                data[size++] = '\n';
            first = false;
            memcpy(data + size, parts[p]->text, parts[p]->size);
            size += parts[p]->size;
        }
    }
    return (struct tfhook_data){(unsigned char *)data, size};
}

int testhost_edit_text(struct testhost *t, const struct tfhook_data *content, const char *old_line,
                       const char *new_line, const char *anchor, struct tfhook_data *ret,
                       const char **ret_why)
{
    struct lines lines = split_lines(t, content);
    ptrdiff_t at =
        old_line == NULL ? find_gap(&lines, anchor) : find_line(&lines, old_line, anchor);
    if (at < 0) {
        const char *what =
            old_line == NULL ? testhost_printf(t, "the place of the line \"%s\"", new_line)
            : new_line == NULL
                ? testhost_printf(t, "the line \"%s\", to be removed,", old_line)
                : testhost_printf(t, "the line \"%s\", to become \"%s\",", old_line, new_line);
        *ret_why = testhost_printf(t, "%s is %s", what,
                                   at == NOWHERE ? "not there" : "there more than once");
        return -1;
    }
    *ret = join_lines(t, &lines, (size_t)at, old_line != NULL, new_line);
    return 0;
}

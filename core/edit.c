#include "edit.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct line {
    const char *text; /* not terminated */
    size_t size;
};

struct document {
    struct line *lines;
    size_t count;
};

static struct document split(struct mem *mem, const struct blob *content)
{
    struct document doc = {0};
    const char *s = (const char *)content->data;
    const char *end = s + content->size;
    for (;;) {
        const char *newline = s == NULL || s == end ? NULL : memchr(s, '\n', (size_t)(end - s));
        size_t size = (size_t)((newline != NULL ? newline : end) - s);
        *mem_push(mem, doc.lines, doc.count) = (struct line){s, size};
        if (newline == NULL)
            return doc;
        s = newline + 1;
    }
}

static struct blob join(struct mem *mem, const struct document *doc)
{
    size_t size = 0;
    for (size_t i = 0; i < doc->count; i++)
        size += doc->lines[i].size + (i > 0);
    unsigned char *data = mem_alloc(mem, size + 1);
    unsigned char *to = data;
    for (size_t i = 0; i < doc->count; i++) {
        if (i > 0)
            *to++ = '\n';
        if (doc->lines[i].size > 0)
            memcpy(to, doc->lines[i].text, doc->lines[i].size);
        to += doc->lines[i].size;
    }
    return (struct blob){data, size};
}

static bool is_line(const struct line *line, const char *text)
{
    return line->size == strlen(text) && memcmp(line->text, text, line->size) == 0;
}

enum { NOT_FOUND = -1, AMBIGUOUS = -2 };

/* The index of the line `text`; with several, of the one that follows `anchor`. */
static ptrdiff_t find(const struct document *doc, const char *text, const char *anchor)
{
    ptrdiff_t found = NOT_FOUND;
    ptrdiff_t anchored = NOT_FOUND;
    for (size_t i = 0; i < doc->count; i++) {
        if (!is_line(&doc->lines[i], text))
            continue;
        bool follows = anchor == NULL ? i == 0 : i > 0 && is_line(&doc->lines[i - 1], anchor);
        if (follows)
            anchored = anchored == NOT_FOUND ? (ptrdiff_t)i : AMBIGUOUS;
        found = found == NOT_FOUND ? (ptrdiff_t)i : AMBIGUOUS;
    }
    return found == AMBIGUOUS && anchored != NOT_FOUND ? anchored : found;
}

static void insert_at(struct mem *mem, struct document *doc, size_t at, const char *text)
{
    (void)mem_push(mem, doc->lines, doc->count);
    memmove(doc->lines + at + 1, doc->lines + at, (doc->count - 1 - at) * sizeof *doc->lines);
    doc->lines[at] = (struct line){text, strlen(text)};
}

static void delete_at(struct document *doc, size_t at)
{
    doc->count--;
    memmove(doc->lines + at, doc->lines + at + 1, (doc->count - at) * sizeof *doc->lines);
}

static int insert(struct mem *mem, struct document *doc, const struct edit *edit, const char **why)
{
    if (edit->anchor == NULL) {
        bool ends_with_newline = doc->lines[doc->count - 1].size == 0;
        insert_at(mem, doc, doc->count - ends_with_newline, edit->new_line);
        return 0;
    }
    ptrdiff_t at = NOT_FOUND;
    for (size_t i = 0; i < doc->count; i++)
        if (is_line(&doc->lines[i], edit->anchor))
            at = at == NOT_FOUND ? (ptrdiff_t)i : AMBIGUOUS;
    if (at < 0) {
        *why = mem_printf(mem, "the line \"%s\" after which \"%s\" belongs %s", edit->anchor,
                          edit->new_line, at == NOT_FOUND ? "is gone" : "is there more than once");
        return -1;
    }
    insert_at(mem, doc, (size_t)at + 1, edit->new_line);
    return 0;
}

static int apply_one(struct mem *mem, struct document *doc, const struct edit *edit,
                     const char **why)
{
    if (edit->old_line == NULL)
        return insert(mem, doc, edit, why);
    ptrdiff_t at = find(doc, edit->old_line, edit->anchor);
    if (at < 0) {
        *why = mem_printf(mem, "the line \"%s\"%s%s%s %s", edit->old_line,
                          edit->new_line != NULL ? ", to become \"" : ", to be removed,",
                          edit->new_line != NULL ? edit->new_line : "",
                          edit->new_line != NULL ? "\"," : "",
                          at == NOT_FOUND ? "is not there" : "is there more than once");
        return -1;
    }
    if (edit->new_line == NULL)
        delete_at(doc, (size_t)at);
    else
        doc->lines[at] = (struct line){edit->new_line, strlen(edit->new_line)};
    return 0;
}

static bool is_done(const struct document *doc, const struct edit *edit)
{
    if (edit->new_line == NULL)
        return find(doc, edit->old_line, edit->anchor) == NOT_FOUND;
    if (find(doc, edit->new_line, edit->anchor) < 0)
        return false;
    return edit->old_line == NULL || find(doc, edit->old_line, edit->anchor) == NOT_FOUND;
}

int edits_apply(struct mem *mem, const struct edits *edits, const struct blob *content,
                struct blob *ret, const char **ret_why)
{
    struct document doc = split(mem, content);
    for (size_t i = 0; i < edits->count; i++)
        if (apply_one(mem, &doc, &edits->items[i], ret_why) < 0)
            return -1;
    *ret = join(mem, &doc);
    return 0;
}

int edits_settle(struct mem *mem, const struct edits *edits, const struct blob *content,
                 struct blob *ret, struct edits *ret_applied, const char **ret_why)
{
    struct document doc = split(mem, content);
    struct edits applied = {0};
    for (size_t i = 0; i < edits->count; i++) {
        if (is_done(&doc, &edits->items[i]))
            continue;
        if (apply_one(mem, &doc, &edits->items[i], ret_why) < 0)
            return -1;
        *mem_push(mem, applied.items, applied.count) = edits->items[i];
    }
    *ret = join(mem, &doc);
    *ret_applied = applied;
    return 0;
}

struct edits edits_inverse(struct mem *mem, const struct edits *edits)
{
    struct edits inverse = {0};
    for (size_t i = edits->count; i > 0; i--) {
        const struct edit *edit = &edits->items[i - 1];
        *mem_push(mem, inverse.items, inverse.count) =
            (struct edit){edit->new_line, edit->old_line, edit->anchor};
    }
    return inverse;
}

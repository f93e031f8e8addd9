#include "lines.h"

#include "digest.h"

#include <string.h>

struct lines lines_split(struct mem *mem, const struct blob *content)
{
    struct lines lines = {0};
    const char *s = content->size > 0 ? (const char *)content->data : "";
    const char *end = s + content->size;
    for (;;) {
        const char *newline = s == end ? NULL : memchr(s, '\n', (size_t)(end - s));
        size_t size = (size_t)((newline != NULL ? newline : end) - s);
        *mem_push(mem, lines.items, lines.count) = (struct line){s, size};
        if (newline == NULL)
            return lines;
        s = newline + 1;
    }
}

struct blob lines_join(struct mem *mem, const struct lines *lines)
{
    size_t size = lines->count - 1;
    for (size_t i = 0; i < lines->count; i++)
        size += lines->items[i].size;
    unsigned char *data = mem_alloc(mem, size + 1);
    unsigned char *to = data;
    for (size_t i = 0; i < lines->count; i++) {
        if (i > 0)
            *to++ = '\n';
        if (lines->items[i].size > 0)
            memcpy(to, lines->items[i].text, lines->items[i].size);
        to += lines->items[i].size;
    }
    return (struct blob){data, size};
}

bool lines_is(const struct lines *lines, size_t index, const char *text)
{
    if (index >= lines->count)
        return false;
    const struct line *line = &lines->items[index];
    return line->size == strlen(text) && memcmp(line->text, text, line->size) == 0;
}

void lines_insert(struct mem *mem, struct lines *lines, size_t index, const char *text)
{
    (void)mem_push(mem, lines->items, lines->count);
    memmove(lines->items + index + 1, lines->items + index,
            (lines->count - 1 - index) * sizeof *lines->items);
    lines_set(lines, index, text);
}

bool lines_delete(struct lines *lines, size_t index)
{
    if (lines->count == 1) {
        lines_set(lines, 0, "");
        return true;
    }
    lines->count--;
    memmove(lines->items + index, lines->items + index + 1,
            (lines->count - index) * sizeof *lines->items);
    return false;
}

void lines_set(struct lines *lines, size_t index, const char *text)
{
    lines->items[index] = (struct line){text, strlen(text)};
}

const char *lines_digest(struct mem *mem, const struct lines *lines, size_t index)
{
    if (index >= lines->count)
        return "";
    return digest(mem, lines->items[index].text, lines->items[index].size);
}

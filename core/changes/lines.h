/*
 * A text as lines that can be found, inserted and deleted: the ground of line edits. Pure.
 */
#ifndef TFHOOK_LINES_H
#define TFHOOK_LINES_H

#include "blob.h"
#include "mem.h"

#include <stdbool.h>

struct line {
    const char *text; /* not terminated; points into the content or a caller's string */
    size_t size;
};

/* Always at least one line; a text that ends with "\n" has an empty last one. */
struct lines {
    struct line *items;
    size_t count;
};

struct lines lines_split(struct mem *mem, const struct blob *content);
struct blob lines_join(struct mem *mem, const struct lines *lines);
bool lines_is(const struct lines *lines, size_t index, const char *text);
void lines_insert(struct mem *mem, struct lines *lines, size_t index, const char *text);
/* True when it was the only line: an empty one takes its place. */
bool lines_delete(struct lines *lines, size_t index);
void lines_set(struct lines *lines, size_t index, const char *text);
/* The digest of a line; "" for an index outside (index -1 is (size_t)-1). */
const char *lines_digest(struct mem *mem, const struct lines *lines, size_t index);

#endif

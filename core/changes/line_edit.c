#include "line_edit.h"

#include "digest.h"

#include <string.h>

/* --- a text as lines --- */

struct line {
    const char *text; /* not terminated; points into the content or a caller's string */
    size_t size;
};

/* Always at least one line; a text that ends with "\n" has an empty last one. */
struct lines {
    struct line *items;
    size_t count;
};

static struct lines split_lines(struct mem *mem, const struct blob *content)
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

static struct blob join_lines(struct mem *mem, const struct lines *lines)
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

static bool line_is(const struct lines *lines, size_t index, const char *text)
{
    if (index >= lines->count)
        return false;
    const struct line *line = &lines->items[index];
    return line->size == strlen(text) && memcmp(line->text, text, line->size) == 0;
}

/* "" for an index outside (index -1 is (size_t)-1). */
static const char *line_digest(struct mem *mem, const struct lines *lines, size_t index)
{
    if (index >= lines->count)
        return "";
    return digest(mem, lines->items[index].text, lines->items[index].size);
}

/* In place of `width` lines, none or one, comes the line `text`, or none when that is NULL. */
static void replace_line(struct mem *mem, struct lines *lines, size_t index, size_t width,
                         const char *text)
{
    size_t added = text != NULL ? 1 : 0;
    size_t behind = lines->count - index - width;
    if (added > width)
        (void)mem_push(mem, lines->items, lines->count);
    memmove(lines->items + index + added, lines->items + index + width,
            behind * sizeof *lines->items);
    lines->count = index + added + behind;
    if (text != NULL)
        lines->items[index] = (struct line){text, strlen(text)};
}

/* Every edit, of an apply or an undo, is made here; it is recorded with the place where it was
 * made. When the only line is deleted, an empty one takes its place. */
static void make_edit(struct mem *mem, struct lines *lines, struct edit edit, struct edits *made)
{
    size_t width = edit.old_line != NULL ? 1 : 0;
    edit.before = line_digest(mem, lines, edit.index - 1);
    edit.after = line_digest(mem, lines, edit.index + width);
    edit.alone = edit.new_line == NULL && lines->count == 1;
    replace_line(mem, lines, edit.index, width, edit.alone ? "" : edit.new_line);
    *mem_push(mem, made->items, made->count) = edit;
}

/* --- finding a place --- */

/* In place of an index. */
enum { NOT_FOUND = -1, AMBIGUOUS = -2 };

/* How many of the neighbours that an edit knows stand at `index` and `width` lines later. */
static unsigned count_neighbours(struct mem *mem, const struct lines *lines,
                                 const struct edit *edit, size_t index, size_t width)
{
    bool before = strcmp(line_digest(mem, lines, index - 1), edit->before) == 0;
    bool after =
        edit->after != NULL && strcmp(line_digest(mem, lines, index + width), edit->after) == 0;
    return (unsigned)before + (unsigned)after;
}

/* The line `text`, or the gap when that is NULL, at the place of an edit: the one of which the most
 * neighbours, and at least `least`, are the edit's. A gap without any could be anywhere. */
static ptrdiff_t find_placed(struct mem *mem, const struct lines *lines, const struct edit *edit,
                             const char *text, unsigned least)
{
    ptrdiff_t best = NOT_FOUND;
    unsigned best_score = 0;
    for (size_t i = 0; i <= lines->count; i++) {
        if (text != NULL && !line_is(lines, i, text))
            continue;
        unsigned score = count_neighbours(mem, lines, edit, i, text != NULL ? 1 : 0);
        if (score < least)
            continue;
        if (best == NOT_FOUND || score > best_score)
            best = (ptrdiff_t)i;
        else if (score == best_score)
            best = AMBIGUOUS;
        best_score = score > best_score ? score : best_score;
    }
    return best;
}

/* --- applying --- */

static int report_conflict(struct mem *mem, const char *old_line, const char *new_line,
                           ptrdiff_t at, const char **ret_why)
{
    const char *state = at == NOT_FOUND ? "not there" : "there more than once";
    if (old_line == NULL)
        *ret_why = mem_printf(mem, "the place of the line \"%s\" is %s", new_line, state);
    else if (new_line == NULL)
        *ret_why = mem_printf(mem, "the line \"%s\", to be removed, is %s", old_line, state);
    else
        *ret_why =
            mem_printf(mem, "the line \"%s\", to become \"%s\", is %s", old_line, new_line, state);
    return -1;
}

int edits_apply(struct mem *mem, const struct edits *edits, const struct blob *content,
                struct blob *ret, struct edits *ret_made, const char **ret_why)
{
    struct lines lines = split_lines(mem, content);
    struct edits made = {0};
    for (size_t i = 0; i < edits->count; i++) {
        const char *anchor = edits->items[i].anchor;
        /* Of its neighbours a proposed edit knows only the one before. */
        struct edit edit = {.old_line = edits->items[i].old_line,
                            .new_line = edits->items[i].new_line,
                            .before = anchor == NULL ? "" : digest(mem, anchor, strlen(anchor))};
        bool appends = edit.old_line == NULL && anchor == NULL;
        ptrdiff_t at =
            appends ? (ptrdiff_t)(lines.count - line_is(&lines, lines.count - 1, ""))
                    : find_placed(mem, &lines, &edit, edit.old_line, edit.old_line != NULL ? 0 : 1);
        if (at < 0)
            return report_conflict(mem, edit.old_line, edit.new_line, at, ret_why);
        edit.index = (size_t)at;
        make_edit(mem, &lines, edit, &made);
    }
    *ret = join_lines(mem, &lines);
    *ret_made = made;
    return 0;
}

/* --- undoing --- */

/* Has somebody else undone it? Its old state stands at its place. */
static bool is_undone(struct mem *mem, const struct lines *lines, const struct edit *edit)
{
    bool has_gap = find_placed(mem, lines, edit, NULL, 2) != NOT_FOUND;
    if (edit->old_line == NULL)
        return has_gap;
    /* While the neighbours of a deleted line stand next to each other, an equal line beside one of
     * them is another one: it does not mean that the deleted one is back. */
    unsigned least = edit->new_line == NULL && has_gap ? 2 : 1;
    return find_placed(mem, lines, edit, edit->old_line, least) != NOT_FOUND;
}

/* A line that stands where ours stood, for the message. Only one of the same key is shown: others
 * may be secret. */
static const char *what_stands_there(struct mem *mem, const struct lines *lines,
                                     const struct edit *edit)
{
    size_t key = strcspn(edit->new_line, "=");
    for (size_t i = 0; i < lines->count; i++) {
        const struct line *line = &lines->items[i];
        if (line->size > key && memcmp(line->text, edit->new_line, key) == 0 &&
            line->text[key] == '=' && count_neighbours(mem, lines, edit, i, 1) > 0)
            return mem_printf(mem, "; there stands \"%s\"", mem_strn(mem, line->text, line->size));
    }
    return "";
}

static void reverse_edit(struct mem *mem, struct lines *lines, const struct edit *edit,
                         size_t index, struct edits *made)
{
    /* When the only line was deleted, an empty one took its place: that one is replaced. */
    bool refill = edit->alone && lines->count == 1 && line_is(lines, 0, "");
    make_edit(mem, lines,
              (struct edit){.old_line = refill ? "" : edit->new_line,
                            .new_line = edit->old_line,
                            .index = index},
              made);
}

/* By index, in a file that is as it was left. */
static bool undo_exactly(struct mem *mem, const struct edits *edits, struct lines *lines,
                         struct edits *made)
{
    for (size_t i = edits->count; i > 0; i--) {
        const struct edit *edit = &edits->items[i - 1];
        size_t width = edit->new_line != NULL ? 1 : 0;
        if (edit->index > lines->count ||
            (width == 1 && !line_is(lines, edit->index, edit->new_line)) ||
            (!edit->alone && count_neighbours(mem, lines, edit, edit->index, width) != 2))
            return false;
        reverse_edit(mem, lines, edit, edit->index, made);
    }
    return true;
}

static int undo_by_search(struct mem *mem, const struct edits *edits, struct lines *lines,
                          struct edits *made, const char **ret_why)
{
    for (size_t i = edits->count; i > 0; i--) {
        const struct edit *edit = &edits->items[i - 1];
        bool deleted = edit->new_line == NULL;
        ptrdiff_t at = find_placed(mem, lines, edit, edit->new_line, deleted ? 1 : 0);
        if ((deleted || at == NOT_FOUND) && is_undone(mem, lines, edit))
            continue;
        if (at < 0) {
            (void)report_conflict(mem, edit->new_line, edit->old_line, at, ret_why);
            if (!deleted)
                *ret_why = mem_printf(mem, "%s%s", *ret_why, what_stands_there(mem, lines, edit));
            return -1;
        }
        reverse_edit(mem, lines, edit, (size_t)at, made);
    }
    return 0;
}

int edits_undo(struct mem *mem, const struct edits *edits, const struct blob *content,
               struct blob *ret, struct edits *ret_made, const char **ret_why)
{
    struct lines lines = split_lines(mem, content);
    struct edits made = {0};
    if (!undo_exactly(mem, edits, &lines, &made)) {
        lines = split_lines(mem, content);
        made = (struct edits){0};
        if (undo_by_search(mem, edits, &lines, &made, ret_why) < 0)
            return -1;
    }
    *ret = join_lines(mem, &lines);
    *ret_made = made;
    return 0;
}

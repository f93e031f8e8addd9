#include "site_options_edit.h"

#include <errno.h>
#include <string.h>

#include "memory.h"

/* The file as the edits so far leave it. */
struct draft {
    struct draft_line {
        const char *text;
        size_t size;
        bool quotable; /* may stand in an edit: it holds no secret and no NUL byte */
        size_t origin; /* its line in the file, from 1; 0: inserted */
    } * lines;
    size_t count;
    bool crlf;
    struct site_edits edits;
    struct site_error *error;
};

static bool same_line(const struct draft_line *line, const char *text, size_t size)
{
    return line->size == size && memcmp(line->text, text, size) == 0;
}

static size_t count_occurrences(const struct draft *draft, const char *text)
{
    size_t found = 0, size = strlen(text);
    for (size_t i = 0; i < draft->count; i++)
        found += same_line(&draft->lines[i], text, size);
    return found;
}

/* How often `text` follows a line that equals the one at `before`. */
static size_t count_pairs(const struct draft *draft, size_t before, const char *text)
{
    const struct draft_line *anchor = &draft->lines[before];
    size_t found = 0, size = strlen(text);
    for (size_t i = 1; i < draft->count; i++)
        found += same_line(&draft->lines[i], text, size) &&
                 same_line(&draft->lines[i - 1], anchor->text, anchor->size);
    return found;
}

static bool is_wanted(const struct site_line *line, const struct site_want *wants, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (line->kind == SITE_TOKEN && site_text_is(line->name, line->name_size, wants[i].name))
            return true;
    return false;
}

static void start_draft(struct draft *draft, const struct site_options *options,
                        const struct site_want *wants, size_t count)
{
    size_t with_cr = 0;
    draft->lines = memory_new((options->count + count + 1) * sizeof draft->lines[0]);
    draft->edits.edits = memory_new((count + 1) * sizeof draft->edits.edits[0]);
    for (size_t i = 0; i < options->count; i++) {
        const struct site_line *line = &options->lines[i];
        bool harmless = line->kind == SITE_BLANK || line->kind == SITE_BLOCK_END ||
                        is_wanted(line, wants, count);
        draft->lines[i] = (struct draft_line){
            .text = line->text,
            .size = line->size,
            .quotable = harmless && memchr(line->text, '\0', line->size) == NULL,
            .origin = i + 1,
        };
        with_cr += line->size > 0 && line->text[line->size - 1] == '\r';
    }
    draft->count = options->count;
    draft->crlf = with_cr * 2 > options->count;
}

/* "NAME=value" in one of its spellings. */
static const char *spell_token(int style, const char *prefix, const struct site_want *want,
                               bool crlf)
{
    static const char *const equals[] = {"=", " = ", " =", "= "};
    return memory_printf("%s%s%s%s%s", prefix, want->name, equals[style], want->value,
                         crlf ? "\r" : "");
}

enum { STYLES = 4 };

static struct site_edit *next_edit(struct draft *draft, const struct site_want *want)
{
    struct site_edit *edit = &draft->edits.edits[draft->edits.count++];
    edit->name = want->name;
    return edit;
}

static const char *copy_line(const struct draft_line *line)
{
    return memory_strn(line->text, line->size);
}

/* Writes the token into line `at`, which is there already, in the first spelling that can be found
 * again: alone in the file, or told apart by the line before when there is one that may be quoted.
 */
static int settle_spelling(struct draft *draft, size_t at, const char *prefix, bool crlf,
                           bool anchored, const struct site_want *want, struct site_edit *edit)
{
    struct draft_line *line = &draft->lines[at];
    for (int style = 0; style < STYLES; style++) {
        edit->new_line = spell_token(style, prefix, want, crlf);
        line->text = edit->new_line;
        line->size = strlen(edit->new_line);
        line->quotable = true;
        if (count_occurrences(draft, edit->new_line) == 1)
            return 0;
        if (anchored && count_pairs(draft, at - 1, edit->new_line) == 1)
            return 0;
    }
    site_error_set(draft->error, line->origin,
                   "blocks of this file hold the line of %s in every spelling; it could not be "
                   "told apart: set it by hand",
                   want->name);
    return -EINVAL;
}

static int replace_token(struct draft *draft, size_t at, const struct site_want *want)
{
    static const char mark[] = "\xef\xbb\xbf"; /* an editor's, first in the file: it stays */
    struct draft_line *line = &draft->lines[at];
    struct site_edit *edit = next_edit(draft, want);
    edit->line = line->origin;
    edit->old_line = copy_line(line);
    if (strlen(edit->old_line) != line->size) {
        site_error_set(draft->error, line->origin, "a NUL byte in the line of %s", want->name);
        return -EINVAL;
    }
    bool anchored = at > 0 && draft->lines[at - 1].quotable;
    bool alone = count_occurrences(draft, edit->old_line) == 1;
    if (!alone && !(anchored && count_pairs(draft, at - 1, edit->old_line) == 1)) {
        site_error_set(draft->error, line->origin,
                       "the same text as the line of %s stands in a block too, and they cannot be "
                       "told apart: put a blank line before line %zu",
                       want->name, line->origin);
        return -EINVAL;
    }
    bool crlf = line->size > 0 && line->text[line->size - 1] == '\r';
    bool marked = line->origin == 1 && strncmp(edit->old_line, mark, 3) == 0;
    int result = settle_spelling(draft, at, marked ? mark : "", crlf, anchored, want, edit);
    if (result == 0 && (!alone || count_occurrences(draft, edit->new_line) > 1))
        edit->anchor = copy_line(&draft->lines[at - 1]);
    return result;
}

/* Puts a missing token after line `after` (from 1; 0: at the end). *ret_at: where it is now. */
static int insert_token(struct draft *draft, size_t after, const struct site_want *want,
                        size_t *ret_at)
{
    struct site_edit *edit = next_edit(draft, want);
    if (after > 0 && draft->lines[after - 1].quotable) {
        const char *before = copy_line(&draft->lines[after - 1]);
        edit->anchor = count_occurrences(draft, before) == 1 ? before : NULL;
    }
    size_t at = edit->anchor != NULL ? after : draft->count;
    memmove(&draft->lines[at + 1], &draft->lines[at], (draft->count - at) * sizeof draft->lines[0]);
    draft->count++;
    draft->lines[at] = (struct draft_line){0};
    *ret_at = at;
    return settle_spelling(draft, at, "", draft->crlf, edit->anchor != NULL, want, edit);
}

/* A token that is there. `last` is the line, from 1, of the last one so far: replacing moves none.
 */
static int change_present(struct draft *draft, const struct site_options *options,
                          const struct site_want *want, size_t *last, bool *ret_missing)
{
    size_t at = 0;
    char *value = NULL;
    struct site_error unused;
    int result = site_options_find(options, want->name, &at, draft->error);
    *ret_missing = result == -ENOENT;
    if (*ret_missing)
        return 0;
    if (result < 0)
        return result;
    if (at + 1 > *last)
        *last = at + 1;
    bool right =
        site_options_resolve(options, at, &value, &unused) == 0 && strcmp(value, want->value) == 0;
    return right ? 0 : replace_token(draft, at, want);
}

int site_options_edit(const struct site_options *options, const struct site_want *wants,
                      size_t count, struct site_edits *ret, struct site_error *error)
{
    struct draft draft = {.error = error};
    bool *missing = memory_new((count + 1) * sizeof missing[0]);
    size_t last = 0;
    int result = 0;
    start_draft(&draft, options, wants, count);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = change_present(&draft, options, &wants[i], &last, &missing[i]);
    for (size_t i = 0; result == 0 && i < count; i++) {
        size_t at = 0;
        if (!missing[i])
            continue;
        result = insert_token(&draft, last, &wants[i], &at);
        last = at + 1;
    }
    if (result == 0)
        *ret = draft.edits;
    return result;
}

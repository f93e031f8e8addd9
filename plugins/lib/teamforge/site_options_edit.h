/*
 * The smallest line edits that give site-options.conf the token values that are wanted. Pure.
 *
 * Order: site_options_parse(), site_options_edit(), pass each edit on in its order (each is stated
 * against the file as the edits before it leave it).
 *
 * A token that is set keeps its place and its line end; one that is missing goes after the last
 * token of `wants` that the file has, else to the end of the file. Nothing is put into a block.
 *
 * An edit is undone later in a file that others have changed since, by its text. So each new line
 * must be one that can be found again: where a block holds the same text, the line is told apart by
 * the one before it, or is spelled with blanks around its '='. A line before it that could hold a
 * secret is never used for that, because an edit is kept and shown.
 */
#ifndef TFHOOK_LIB_SITE_OPTIONS_EDIT_H
#define TFHOOK_LIB_SITE_OPTIONS_EDIT_H

#include "site_options.h"

struct site_want {
    const char *name;
    const char *value;
};

struct site_edit {
    const char *old_line; /* NULL: insert */
    const char *new_line; /* never NULL */
    const char
        *anchor; /* the line before it; NULL: not needed, or for an insert the end of the file */
    size_t line; /* of old_line, from 1; 0 for an insert */
    const char *name; /* as in `wants` */
};

struct site_edits {
    struct site_edit *edits;
    size_t count;
};

/* No edits: all is as wanted. Errors as site_options_find() has them; also -EINVAL when a line
 * could not be told from another one. */
int site_options_edit(const struct site_options *options, const struct site_want *wants,
                      size_t count, struct site_edits *ret, struct site_error *error)
    __attribute__((warn_unused_result));

#endif

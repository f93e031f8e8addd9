/*
 * Line edits of a text file: the form in which a change can be applied to, and undone in, a file
 * that others change too. Pure.
 *
 * A file is its lines joined by "\n"; a file without "\n" at its end stays so. An edit finds its
 * line by its whole text; among equal lines, by the line before it. What cannot be placed for
 * certain is a conflict, never a guess.
 */
#ifndef TFHOOK_EDIT_H
#define TFHOOK_EDIT_H

#include "file.h"
#include "mem.h"

struct edit {
    const char *old_line; /* NULL: insert */
    const char *new_line; /* NULL: delete */
    const char *anchor;   /* the line before; NULL: none. For an insert: NULL is the end */
};

struct edits {
    struct edit *items;
    size_t count;
};

/* The content after the edits, in order. -1 on a conflict, with a line for a person in *ret_why. */
int edits_apply(struct mem *mem, const struct edits *edits, const struct blob *content,
                struct blob *ret, const char **ret_why) __attribute__((warn_unused_result));

/* The edits that undo these, in the order in which to apply them. */
struct edits edits_inverse(struct mem *mem, const struct edits *edits);

/* As edits_apply, but an edit whose result is there already is passed over: for undoing what may
 * have been undone, in a file that may have changed. *ret_applied are those that were needed. */
int edits_settle(struct mem *mem, const struct edits *edits, const struct blob *content,
                 struct blob *ret, struct edits *ret_applied, const char **ret_why)
    __attribute__((warn_unused_result));

#endif

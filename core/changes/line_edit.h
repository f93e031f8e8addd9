/*
 * Line edits of a text file: the form in which a change can be applied to, and undone in, a file
 * that others change too. Pure.
 *
 * A file is its lines joined by "\n"; a file without "\n" at its end stays so. An edit finds its
 * line by its whole text; among equal lines, by the line before it. Where it was found is recorded:
 * the line's index, and the digests of its neighbours, which may be secret. Undoing goes by that
 * place: in a file that is as we left it, exactly; in one that has changed, by the text and the
 * neighbours. What cannot be placed for certain is a conflict, never a guess.
 *
 *     edits_apply   what a step proposes, on today's content -> content, and where it was done
 *     edits_undo    what was done, on content of any later day -> content, and what that did
 */
#ifndef TFHOOK_LINE_EDIT_H
#define TFHOOK_LINE_EDIT_H

#include "mem.h"

#include <stdbool.h>

struct edit {
    const char *old_line; /* NULL: insert */
    const char *new_line; /* NULL: delete */
    const char *anchor;   /* the line before; NULL: none. For an insert: NULL is the end */

    /* Where it was made. edits_apply() and edits_undo() find this out; edits_undo() goes by it. */
    size_t index;       /* of the line, or of the line behind the one deleted */
    const char *before; /* digest of the line before; "" when it is the first */
    const char *after;  /* digest of the line behind; "" when it is the last */
    bool alone;         /* the only line, without "\n", was deleted */
};

struct edits {
    struct edit *items;
    size_t count;
};

/* *ret_made: the same edits, each with the place where it was made. -1 on a conflict, with a line
 * for a person in *ret_why. */
int edits_apply(struct mem *mem, const struct edits *edits, const struct blob *content,
                struct blob *ret, struct edits *ret_made, const char **ret_why)
    __attribute__((warn_unused_result));

/* The last first. One that is undone already is passed over. *ret_made: the edits that were made
 * here, in the order of making: they undo the undoing. */
int edits_undo(struct mem *mem, const struct edits *edits, const struct blob *content,
               struct blob *ret, struct edits *ret_made, const char **ret_why)
    __attribute__((warn_unused_result));

#endif

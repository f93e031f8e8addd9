/*
 * The text of journal.json: to it and from it. Pure; called by journal.c, and by a fuzz target.
 */
#ifndef TFHOOK_JOURNAL_JSON_H
#define TFHOOK_JOURNAL_JSON_H

#include "journal.h"

char *journal_to_json(struct mem *mem, const struct journal *journal);

/* Into a journal whose number is known. NULL, or why the text cannot be trusted; then the journal
 * is as it was. */
const char *journal_from_json(struct mem *mem, const struct blob *text, struct journal *journal)
    __attribute__((warn_unused_result));

#endif

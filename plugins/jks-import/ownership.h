/*
 * What jks-import remembers: which entries it added itself, so that it may renew them. Pure.
 *
 * One line an entry, "SHA256 ALIAS STORE", sorted by alias and store; STORE is the real path and
 * runs to the end of the line. Order: import_notes_parse(), has and set, import_notes_text(),
 * import_notes_free(). Lines that do not fit are dropped: the notes widen what may be replaced, so
 * less is the safe side. False and NULL: memory is out.
 */
#ifndef TFHOOK_JKS_IMPORT_OWNERSHIP_H
#define TFHOOK_JKS_IMPORT_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct import_notes {
    char **lines; /* sorted */
    size_t count;
    size_t room;
    bool changed; /* since it was parsed */
};

bool import_notes_parse(const char *text, struct import_notes *ret)
    __attribute__((warn_unused_result));
bool import_notes_has(const struct import_notes *notes, const char *store, const char *alias,
                      const unsigned char sha256[32]);
/* Nothing is noted for this alias of the store any more. */
bool import_notes_drop(struct import_notes *notes, const char *store, const char *alias)
    __attribute__((warn_unused_result));
/* Takes the place of what was noted for this alias of the store. */
bool import_notes_set(struct import_notes *notes, const char *store, const char *alias,
                      const unsigned char sha256[32]) __attribute__((warn_unused_result));
void import_notes_text(const struct import_notes *notes, struct bytes *out);
void import_notes_free(struct import_notes *notes);

#endif

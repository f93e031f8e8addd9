/*
 * What jks-import remembers: which entries it added itself, so that it may renew them. Pure.
 *
 * One line an entry, "SHA256 ALIAS STORE", sorted by alias and store; STORE is the real path and
 * runs to the end of the line. Order: ownership_parse(), has and set, ownership_text(),
 * ownership_free(). Lines that do not fit are dropped: the notes widen what may be replaced, so
 * less is the safe side. False and NULL: memory is out.
 */
#ifndef TFHOOK_JKS_IMPORT_OWNERSHIP_H
#define TFHOOK_JKS_IMPORT_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct ownership {
    char **lines; /* sorted */
    size_t count;
    size_t room;
    bool changed; /* since it was parsed */
};

bool ownership_parse(const char *text, struct ownership *ret) __attribute__((warn_unused_result));
bool ownership_has(const struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32]);
/* Nothing is noted for this alias of the store any more. */
bool ownership_drop(struct ownership *notes, const char *store, const char *alias)
    __attribute__((warn_unused_result));
/* Takes the place of what was noted for this alias of the store. */
bool ownership_set(struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32]) __attribute__((warn_unused_result));
void ownership_text(const struct ownership *notes, struct bytes *out);
void ownership_free(struct ownership *notes);

#endif

/*
 * What jks-import remembers: which entries it added itself, so that it may renew them. Pure.
 *
 * One line an entry, "SHA256 ALIAS STORE", sorted by alias and store; STORE is the real path and
 * runs to the end of the line. Order: ownership_parse(), has, set and drop, ownership_text(). Lines
 * that do not fit are dropped: the notes widen what may be replaced, so less is the safe side.
 */
#ifndef TFHOOK_JKS_IMPORT_OWNERSHIP_H
#define TFHOOK_JKS_IMPORT_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct ownership {
    const char **lines; /* sorted */
    size_t count;
    bool changed; /* since it was parsed */
};

struct ownership ownership_parse(const char *text);
bool ownership_has(const struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32]);
/* Nothing is noted for this alias of the store any more. */
void ownership_drop(struct ownership *notes, const char *store, const char *alias);
/* Takes the place of what was noted for this alias of the store. */
void ownership_set(struct ownership *notes, const char *store, const char *alias,
                   const unsigned char sha256[32]);
void ownership_text(const struct ownership *notes, struct bytes *out);

#endif

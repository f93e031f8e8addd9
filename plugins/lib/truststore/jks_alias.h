/*
 * Aliases as Java has them: UTF-16 (big-endian here), read as DataInputStream.readUTF() reads
 * modified UTF-8 or as a BMPString, folded as String.toLowerCase(Locale.ENGLISH) folds.
 *
 * Order: jks_alias_from_...() appends to `out`, then fold and text functions; look at `failed` of
 * each once. What is returned belongs to the caller. The text functions give NULL when memory is
 * out.
 */
#ifndef TFHOOK_LIB_JKS_ALIAS_H
#define TFHOOK_LIB_JKS_ALIAS_H

#include "bytes.h"

/* False when it is malformed; *ret_bad is the offset of the first bad byte then. */
bool jks_alias_from_modified_utf8(const unsigned char *data, size_t size, struct bytes *out,
                                  size_t *ret_bad) __attribute__((warn_unused_result));
/* As Java decodes a BMPString, whose size is even: U+FFFD for half a pair, and for a high half and
 * what follows it. */
void jks_alias_from_utf16be(const unsigned char *data, size_t size, struct bytes *out);
/* Strict UTF-8, for passwords and for texts of our own; false when it is malformed. */
bool jks_alias_from_utf8(const char *text, struct bytes *out) __attribute__((warn_unused_result));
/* By the letters that the C library knows. A final sigma becomes a plain one: only aliases that
 * differ in nothing else could tell. */
void jks_alias_fold(const struct bytes *alias, struct bytes *out);

/* For people: UTF-8, U+FFFD for a lone surrogate and for NUL. */
char *jks_alias_text(const struct bytes *alias);
/* For comparing: modified UTF-8, in which two different aliases never look the same and which holds
 * no NUL byte. */
char *jks_alias_exact(const struct bytes *alias);

#endif

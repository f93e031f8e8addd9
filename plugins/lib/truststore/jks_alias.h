/*
 * Aliases as Java has them: runs of UTF-16 units, read as DataInputStream.readUTF() reads modified
 * UTF-8 or as a BMPString, folded as String.toLowerCase(Locale.ENGLISH) folds.
 *
 * Order: jks_alias_from_...(), then fold and text functions, then jks_alias_free(). What is
 * returned belongs to the caller. Functions return 0, JKS_ALIAS_MALFORMED or JKS_ALIAS_MEMORY; the
 * text functions give NULL when memory is out.
 */
#ifndef TFHOOK_LIB_JKS_ALIAS_H
#define TFHOOK_LIB_JKS_ALIAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JKS_ALIAS_MALFORMED = -1, JKS_ALIAS_MEMORY = -2 };

struct jks_alias {
    uint16_t *units;
    size_t count;
};

/* *ret_bad is the offset of the first bad byte when it is malformed. */
int jks_alias_from_modified_utf8(const unsigned char *data, size_t size, struct jks_alias *ret,
                                 size_t *ret_bad) __attribute__((warn_unused_result));
/* As Java decodes a BMPString: U+FFFD for half a pair, and for a high half and what follows it. */
int jks_alias_from_utf16be(const unsigned char *data, size_t size, struct jks_alias *ret)
    __attribute__((warn_unused_result));
/* Strict UTF-8, for passwords and for texts of our own. */
int jks_alias_from_utf8(const char *text, struct jks_alias *ret)
    __attribute__((warn_unused_result));
int jks_alias_fold(const struct jks_alias *alias, struct jks_alias *ret)
    __attribute__((warn_unused_result));
void jks_alias_free(struct jks_alias *alias);

/* For people: UTF-8, U+FFFD for a lone surrogate and for NUL. */
char *jks_alias_text(const struct jks_alias *alias);
/* For comparing: modified UTF-8, in which two different aliases never look the same and which holds
 * no NUL byte. */
char *jks_alias_exact(const struct jks_alias *alias);

/* The lower case of one code point. U+0130 alone has two code points there; jks_alias_fold() knows,
 * this function gives the first. */
uint32_t jks_fold(uint32_t code);

#endif

/*
 * DER for PKCS#12: a walker over the bytes that are there, and a writer. Pure.
 *
 * Only what Java's writers make is taken: tags of one byte, definite lengths in their shortest
 * form. So an element that is written again from its content gives its own bytes back.
 *
 * Order: set up a struct der_span over the content, call der_next() until der_end(). Nothing is
 * allocated by the walker. Errors: der_next() and der_expect() give false, and the span stays where
 * it was, so that `at` is the place of the fault.
 */
#ifndef TFHOOK_LIB_DER_H
#define TFHOOK_LIB_DER_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

enum {
    DER_TAG_INTEGER = 0x02,
    DER_TAG_OCTETS = 0x04,
    DER_TAG_NULL = 0x05,
    DER_TAG_OID = 0x06,
    DER_TAG_BMP = 0x1E,
    DER_TAG_SEQUENCE = 0x30,
    DER_TAG_SET = 0x31,
    DER_TAG_CONTEXT_0_OCTETS = 0x80, /* [0] IMPLICIT OCTET STRING */
    DER_TAG_CONTEXT_0 = 0xA0
};

struct der_span {
    const unsigned char *at;
    const unsigned char *end;
};

struct der {
    unsigned tag;
    struct der_span content;
    const unsigned char *start; /* of the whole element */
    size_t size;                /* of the whole element */
};

bool der_end(const struct der_span *span);
bool der_next(struct der_span *span, struct der *ret) __attribute__((warn_unused_result));
/* The next element, which must have this tag. */
bool der_expect(struct der_span *span, unsigned tag, struct der *ret)
    __attribute__((warn_unused_result));
size_t der_size(const struct der_span *span);
/* Is the content of an OID this one, given as its content bytes? */
bool der_is(const struct der *element, const char *content, size_t size);
/* The last byte of the content of an OID, when all before it is `prefix`; 0 when it is another. */
unsigned der_oid_last(const struct der *oid, const char *prefix, size_t size);

void der_put(struct bytes *out, unsigned tag, const void *content, size_t size);

#endif

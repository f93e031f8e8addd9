/*
 * One walk over a PKCS#12 store: what pkcs12_read.c, which begins it, and pkcs12_bags.c share.
 *
 * Each function takes the next element of `span` and leaves the span where it was on failure, which
 * the walk's error then tells; `what` names the element for it.
 */
#ifndef TFHOOK_LIB_PKCS12_WALK_H
#define TFHOOK_LIB_PKCS12_WALK_H

#include "pkcs12.h"

struct pkcs12_walk {
    struct truststore *store;
    struct truststore_error *error;
    size_t safe;
    unsigned unnamed;             /* Java numbers entries without a name */
    size_t keys;                  /* private ones, so far */
    bool first;                   /* the bag is the first one of its safe */
    struct der_span content, sum; /* what the MAC covers, and what it states */
    bool has_mac, checked;
    const unsigned char *sealed_at; /* the encrypted safe that is walked over, else NULL */
    int iterations;                 /* of all encrypted safes */
};

/* Where in the file; what was decrypted has no place there but its safe's. */
size_t walk_offset(const struct pkcs12_walk *w, const unsigned char *at);
enum truststore_status walk_garbled(const struct pkcs12_walk *w, const unsigned char *at,
                                    const char *what);
enum truststore_status walk_take(struct pkcs12_walk *w, struct der_span *span, unsigned tag,
                                 const char *what, struct der *ret)
    __attribute__((warn_unused_result));
/* { OID, [0] { one element } }: the shape of a ContentInfo, a bag and a CertBag. */
enum truststore_status walk_typed(struct pkcs12_walk *w, struct der_span *span, const char *what,
                                  struct der *ret_oid, struct der *ret_value)
    __attribute__((warn_unused_result));
/* The next bag, appended to the store as an entry. */
enum truststore_status walk_bag(struct pkcs12_walk *w, struct der_span *bags)
    __attribute__((warn_unused_result));

#endif

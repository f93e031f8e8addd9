/*
 * The parts of the PKCS#12 form, for pkcs12.c and pkcs12_read.c alone: reading a store, and its MAC
 * (RFC 7292, appendix B).
 *
 * Order: pkcs12_parse() fills a store that has its data and password. pkcs12_mac_read() when the
 * store has MacData, then pkcs12_mac_check(); pkcs12_mac_write() when the store is written. The MAC
 * is written with the algorithm, salt and iterations that it was read with: the same input then
 * gives the same bytes, and nothing is encrypted under that salt. Errors as in truststore.h.
 */
#ifndef TFHOOK_LIB_PKCS12_H
#define TFHOOK_LIB_PKCS12_H

#include "pkcs12_der.h"
#include "truststore_parts.h"

enum truststore_status pkcs12_parse(struct truststore *store, struct truststore_error *error)
    __attribute__((warn_unused_result));
/* Takes `element`, the MacData, apart into store->mac; *ret_sum is the MAC that it states. */
enum truststore_status pkcs12_mac_read(struct truststore *store, const struct der *element,
                                       struct der_span *ret_sum, struct truststore_error *error)
    __attribute__((warn_unused_result));
enum truststore_status pkcs12_mac_check(const struct truststore *store,
                                        const struct der_span *content, const struct der_span *sum,
                                        struct truststore_error *error)
    __attribute__((warn_unused_result));
/* Appends MacData over `content`. */
enum truststore_status pkcs12_mac_write(const struct truststore *store, const void *content,
                                        size_t size, struct bytes *out,
                                        struct truststore_error *error)
    __attribute__((warn_unused_result));

#endif

/*
 * The parts of the PKCS#12 form, for pkcs12.c and pkcs12_read.c alone: reading a store, its MAC and
 * its encrypted safes (RFC 7292, RFC 8018).
 *
 * Order: pkcs12_parse() fills a store that has its data and password. pkcs12_mac_read() when the
 * store has MacData, then pkcs12_mac_check(); pkcs12_mac_write() when the store is written. The MAC
 * is written with the algorithm, salt and iterations that it was read with: the same input then
 * gives the same bytes, and nothing is encrypted under that salt. pkcs12_encrypted_read() takes an
 * encrypted safe apart, then pkcs12_decrypt(); pkcs12_encrypt() with the algorithm that was found.
 * Errors as in truststore.h.
 */
#ifndef TFHOOK_LIB_PKCS12_H
#define TFHOOK_LIB_PKCS12_H

#include "der.h"
#include "truststore_forms.h"

enum { PKCS12_MOST_ITERATIONS = 5000000 }; /* Java's own limit */

/* EncryptedData, taken apart; everything leads into the store's data. */
struct pkcs12_encrypted {
    struct der algorithm; /* the whole AlgorithmIdentifier, parameters included */
    struct der_span content;
    const char *form; /* for truststore_form_text() */
    int iterations;
};

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

/* A positive INTEGER up to Java's limit; 0 when it is none. */
int pkcs12_iterations(const struct der *number);

/* Takes `element`, EncryptedData, apart; refuses what Java does not take. */
enum truststore_status
pkcs12_encrypted_read(const struct truststore *store, const struct der *element,
                      struct pkcs12_encrypted *ret, struct truststore_error *error)
    __attribute__((warn_unused_result));
/* Appends the bags to `out`, which the caller wipes. TRUSTSTORE_PASSWORD: what came out is none. */
enum truststore_status pkcs12_decrypt(const struct truststore *store,
                                      const struct pkcs12_encrypted *encrypted, struct bytes *out,
                                      struct truststore_error *error)
    __attribute__((warn_unused_result));
/* Appends EncryptedData with the bags, encrypted anew as the safe was. */
enum truststore_status
pkcs12_encrypt(const struct truststore *store, const struct truststore_sealed *sealed,
               const struct bytes *bags, struct bytes *out, struct truststore_error *error)
    __attribute__((warn_unused_result));

#endif

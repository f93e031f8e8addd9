/*
 * The trust stores of data/stores that open, for the tests that try them all.
 */
#ifndef TRUSTSTORE_STORES_H
#define TRUSTSTORE_STORES_H

#include "truststore_fixture.h"

/* Each has a STORE.trusted beside it that real JVMs agree with (integration tests), and where it is
 * another one a STORE.trusted-with-password. */
static const char *const stores[] = {
    "plain.jks",
    "empty.jks",
    "version1.jks",
    "old-type.jks",
    "ghost.jks",
    "ghost-beside.jks",
    "nul-in-alias.jks",
    "ghost-beyond-ascii.jks",
    "duplicate.jks",
    "twice.jks",
    "key.jks",
    "ghost-key.jks",
    "key-alone.jks",
    "trailing.jks",
    "plain.p12",
    "two-safes.p12",
    "no-attribute.p12",
    "upper-case.p12",
    "duplicate.p12",
    "unnamed.p12",
    "key.p12",
    "key-by-name.p12",
    "mac.p12",
    "half-pairs.p12",
    "secret-key.p12",
    "key-without-a-name.p12",
    "key-by-place.p12",
    "encrypted.p12",
    "encrypted-no-mac.p12",
    "encrypted-rc2.p12",
    "encrypted-3des.p12",
    "encrypted-rc4.p12",
    "encrypted-openssl.p12",
    "encrypted-with-plain.p12",
    "encrypted-hides-plain.p12",
    "encrypted-chain.p12",
    "encrypted-key.p12",
};
enum { STORES = sizeof stores / sizeof stores[0] };

static inline bool is_encrypted(const char *name)
{
    return strncmp(name, "encrypted", strlen("encrypted")) == 0;
}

#endif

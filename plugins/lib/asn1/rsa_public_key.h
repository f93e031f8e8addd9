/*
 * The RSA key of a certificate: BIT STRING { { modulus, exponent } }. Pure, nothing is allocated.
 *
 * Numbers are read as a JVM reads them: leading zeros do not count.
 */
#ifndef TFHOOK_LIB_RSA_PUBLIC_KEY_H
#define TFHOOK_LIB_RSA_PUBLIC_KEY_H

#include "der.h"

#define OID_RSA_KEY "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"

struct rsa_public_key {
    size_t bits, exponent_bits; /* 0: that number is not positive */
    bool plain;                 /* both are odd, and in the shortest form */
};

/* False when it is none. */
bool rsa_public_key_read(const struct der *bit_string, struct rsa_public_key *ret)
    __attribute__((warn_unused_result));

#endif

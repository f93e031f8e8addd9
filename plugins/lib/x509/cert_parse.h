/*
 * A certificate in OpenSSL's form, without the price of its key. Pure.
 *
 * OpenSSL 3 decodes the public key of each certificate that it parses, which takes longer than all
 * the rest, and some milliseconds more for the first: names, dates and extensions need none of it.
 * So a key of a usual kind is looked at here, and the certificate is made of its other parts
 * (cert_decodes.h). Whatever is not plain DER, or another kind, OpenSSL gets as it is.
 */
#ifndef TFHOOK_LIB_CERT_PARSE_H
#define TFHOOK_LIB_CERT_PARSE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct cert_key {
    bool is_rsa;
    int bits;
};

/* NULL when it is no certificate, whole, with nothing behind it. X509_free() it. Its public key and
 * its bytes (i2d_X509(), X509_digest(), X509_verify()) must not be asked for. */
X509 *cert_parse(const void *der, size_t size) __attribute__((warn_unused_result));

/* The kind and size of the key; zeros when OpenSSL does not know it. */
struct cert_key cert_key_of(const void *der, size_t size);
/* Does the key decode? */
bool cert_key_decodes(const void *der, size_t size);

#endif

/*
 * A certificate in OpenSSL's form, without the price of its key. Pure.
 *
 * OpenSSL 3 looks for a decoder of the public key of each certificate that it parses, which takes
 * longer than all the rest: names, dates and extensions need none of it. So here it parses where
 * there are no decoders, and the key is decoded when it is asked for.
 */
#ifndef TFHOOK_LIB_CERT_PARSE_H
#define TFHOOK_LIB_CERT_PARSE_H

#include <openssl/x509.h>
#include <stddef.h>

/* NULL when it is no certificate, whole, with nothing behind it. X509_free() it. Its digest must
 * not be asked for, nor its signature checked, and its key is only to be had by cert_key(). */
X509 *cert_parse(const void *der, size_t size) __attribute__((warn_unused_result));

/* NULL when OpenSSL does not decode it. EVP_PKEY_free() it. */
EVP_PKEY *cert_key(X509 *cert) __attribute__((warn_unused_result));

#endif

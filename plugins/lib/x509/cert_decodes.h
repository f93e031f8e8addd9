/*
 * Is this a certificate that OpenSSL takes, and what is in it? Pure.
 *
 * As d2i_X509() with nothing behind it, without what it does besides: to look for a decoder of the
 * public key takes longer than all the rest, and some milliseconds for the first.
 */
#ifndef TFHOOK_LIB_CERT_DECODES_H
#define TFHOOK_LIB_CERT_DECODES_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

bool cert_decodes(const void *der, size_t size);

/* The certificate but for its key, its unique identifiers and the signature's bits, none of which
 * must be asked for. NULL when it does not decode, or has a version of its own. X509_free() it. */
X509 *cert_without_key(const void *der, size_t size) __attribute__((warn_unused_result));

#endif

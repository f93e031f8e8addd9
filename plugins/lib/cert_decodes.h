/*
 * Is this a certificate that OpenSSL takes? Pure.
 *
 * As d2i_X509() with nothing behind it, without what it does besides: to look for a decoder of the
 * public key takes longer than all the rest, and some milliseconds for the first.
 */
#ifndef TFHOOK_LIB_CERT_DECODES_H
#define TFHOOK_LIB_CERT_DECODES_H

#include <stdbool.h>
#include <stddef.h>

bool cert_decodes(const void *der, size_t size);

#endif

/*
 * A certificate in one line, as plans and listings show it. Pure.
 */
#ifndef TFHOOK_LIB_CERT_TEXT_H
#define TFHOOK_LIB_CERT_TEXT_H

#include "cert.h"

/* "CN=scm1  expires 2027-03-01  SHA-256 3f..." */
const char *cert_text_facts(const struct cert_facts *facts,
                            const unsigned char sha256[CERT_SHA256_SIZE]);
/* The same of one that has not been parsed, and need not parse. */
const char *cert_text(const void *der, size_t size, const unsigned char sha256[CERT_SHA256_SIZE]);

#endif

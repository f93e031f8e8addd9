/*
 * Would PostgreSQL's server start with this certificate file and key? The same calls of OpenSSL on
 * the same bytes as be_tls_init() makes, so that the system's own policy decides: openssl.cnf and
 * the security level of this host. Pure but for that.
 */
#ifndef TFHOOK_LIB_PG_STARTUP_CHECK_H
#define TFHOOK_LIB_PG_STARTUP_CHECK_H

#include <stddef.h>

/* NULL: OpenSSL takes the file of certificates. Else its reason, a constant text such as "ee key
 * too small". */
const char *pg_startup_check_certificates(const void *data, size_t size);

#endif

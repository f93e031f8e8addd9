/*
 * Would a JVM decode this certificate? One that it does not decode makes it refuse the whole trust
 * store that holds it, so each TLS connection of the JVM fails. OpenSSL decodes more than Java
 * does: an empty issuer, for one. Pure: DER in, a verdict and its reason out.
 *
 * java_check_structure() walks the bytes and is cheap enough for every entry of a store;
 * java_accepts() does that, and decodes keys and extensions as well. JAVA_UNSURE is what Java may
 * take or not: do not add such a certificate, and do not call a store broken for it. *ret_why is
 * set unless the verdict is JAVA_ACCEPTS: a constant text that continues "the certificate ...".
 */
#ifndef TFHOOK_LIB_JAVA_ACCEPTS_H
#define TFHOOK_LIB_JAVA_ACCEPTS_H

#include <stddef.h>

enum java_verdict { JAVA_ACCEPTS, JAVA_UNSURE, JAVA_REFUSES }; /* from good to bad */

enum java_verdict java_check_structure(const void *der, size_t size, const char **ret_why)
    __attribute__((warn_unused_result));
enum java_verdict java_accepts(const void *der, size_t size, const char **ret_why)
    __attribute__((warn_unused_result));

#endif

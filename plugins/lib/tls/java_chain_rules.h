/*
 * Where Java's judgement of a chain is another than OpenSSL's (EndEntityChecker, PKIX validation
 * and jdk.certpath.disabledAlgorithms as the JDK ships it). Pure; for chain_trust.c.
 *
 * tls_java_callback() is for X509_STORE_CTX_set_verify_cb(), of a context without a purpose;
 * tls_java_path() looks at the path that was found, from the leaf to the anchor. NULL: nothing
 * stands against it, else a constant text for people.
 */
#ifndef TFHOOK_LIB_JAVA_CHAIN_RULES_H
#define TFHOOK_LIB_JAVA_CHAIN_RULES_H

#include <openssl/x509.h>

int tls_java_callback(int ok, X509_STORE_CTX *ctx);
const char *tls_java_path(const STACK_OF(X509) * path);
/* What stands against a leaf that is an entry itself, and so is asked for nothing else. */
const char *tls_java_entry(X509 *leaf);

#endif

#include "chain_trust.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "java_chain_rules.h"

struct tls_trust {
    X509_STORE *store;
    struct cert_list anchors; /* of tls_trust_anchors() */
    bool as_java;
};

static X509 *parse_cert(const struct cert *cert)
{
    const unsigned char *at = cert->der;
    return d2i_X509(NULL, &at, (long)cert->size);
}

void tls_trust_free(struct tls_trust *trust)
{
    if (trust == NULL)
        return;
    X509_STORE_free(trust->store);
    cert_list_free(&trust->anchors);
    free(trust);
}

static struct tls_trust *make_trust(void)
{
    struct tls_trust *trust = calloc(1, sizeof(*trust));
    if (trust == NULL)
        return NULL;
    trust->store = X509_STORE_new();
    if (trust->store == NULL) {
        free(trust);
        return NULL;
    }
    return trust;
}

struct tls_trust *tls_trust_system(void)
{
    struct tls_trust *trust = make_trust();
    if (trust == NULL)
        return NULL;
    (void)X509_STORE_set_default_paths(trust->store);
    ERR_clear_error();
    return trust;
}

/* Only what Java takes for an issuer may end a path; the others count by their bytes alone. */
static bool add_anchor(struct tls_trust *trust, const struct cert *cert)
{
    struct cert_facts facts;
    if (!cert_list_add(&trust->anchors, cert->der, cert->size))
        return false;
    if (cert_facts_of(cert->der, cert->size, &facts) != 0)
        return true;
    bool issues = facts.is_ca, self_signed = facts.self_signed;
    cert_facts_free(&facts);
    X509 *x = parse_cert(cert);
    bool root_v1 = x != NULL && self_signed && X509_get_version(x) == 0;
    bool added = (x != NULL && !issues && !root_v1) ||
                 (x != NULL && X509_STORE_add_cert(trust->store, x) == 1);
    X509_free(x);
    return added;
}

struct tls_trust *tls_trust_anchors(const struct cert_list *anchors)
{
    struct tls_trust *trust = make_trust();
    if (trust == NULL)
        return NULL;
    trust->as_java = true;
    bool ok = true;
    for (size_t i = 0; ok && i < anchors->count; i++)
        ok = add_anchor(trust, &anchors->certs[i]);
    ERR_clear_error();
    if (!ok) {
        tls_trust_free(trust);
        return NULL;
    }
    return trust;
}

bool tls_name_matches(const struct cert *leaf, const char *host)
{
    unsigned char address[16];
    X509 *x = parse_cert(leaf);
    if (x == NULL)
        return false;
    bool literal =
        inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    size_t length = strlen(host);
    while (length > 1 && host[length - 1] == '.')
        length--;
    bool matches = literal ? X509_check_ip_asc(x, host, 0) == 1
                           : X509_check_host(x, host, length, 0, NULL) == 1;
    X509_free(x);
    ERR_clear_error();
    return matches;
}

static bool same_cert(const struct cert *a, const struct cert *b)
{
    return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static bool is_anchor(const struct tls_trust *trust, const struct cert *cert)
{
    for (size_t i = 0; i < trust->anchors.count; i++)
        if (same_cert(&trust->anchors.certs[i], cert))
            return true;
    return false;
}

static STACK_OF(X509) * parse_rest(const struct cert_list *chain)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    for (size_t i = 1; stack != NULL && i < chain->count; i++) {
        X509 *x = parse_cert(&chain->certs[i]);
        /* One that does not parse cannot help to build a path: left out. */
        if (x != NULL && sk_X509_push(stack, x) <= 0)
            X509_free(x);
    }
    return stack;
}

static const char *error_text(int error)
{
    switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "it is self-signed and not in the trust store";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        return "no issuer of it is in the trust store, nor does the server send one that leads "
               "there";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "the root of its chain is not in the trust store";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "a certificate of its chain has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "a certificate of its chain is not valid yet";
    case X509_V_ERR_INVALID_PURPOSE:
        return "it is not made for TLS servers (extended key usage)";
    default:
        return X509_verify_cert_error_string(error);
    }
}

static enum tls_verdict build_path(const struct tls_trust *trust, X509 *leaf, STACK_OF(X509) * rest,
                                   int64_t now, const char **ret_why)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL || X509_STORE_CTX_init(ctx, trust->store, leaf, rest) != 1) {
        X509_STORE_CTX_free(ctx);
        *ret_why = "out of memory";
        return TLS_UNKNOWN;
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)now);
    if (trust->as_java) {
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_auth_level(param, 0); /* tls_java_path() knows Java's own limits */
        X509_STORE_CTX_set_verify_cb(ctx, tls_java_callback);
    } else {
        X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
        X509_VERIFY_PARAM_set_auth_level(param, 2); /* no SHA-1, RSA from 2048 bits on */
    }
    bool trusted = X509_verify_cert(ctx) == 1;
    *ret_why = error_text(X509_STORE_CTX_get_error(ctx));
    const char *against =
        trusted && trust->as_java ? tls_java_path(X509_STORE_CTX_get0_chain(ctx)) : NULL;
    if (against != NULL) {
        trusted = false;
        *ret_why = against;
    }
    X509_STORE_CTX_free(ctx);
    return trusted ? TLS_TRUSTED : TLS_UNTRUSTED;
}

enum tls_verdict tls_trust_check(const struct tls_trust *trust, const struct cert_list *chain,
                                 const char *host, int64_t now, char *why, size_t why_size)
{
    enum tls_verdict verdict = TLS_UNKNOWN;
    const char *text = "it does not parse, or memory is out";
    X509 *leaf = chain->count == 0 ? NULL : parse_cert(&chain->certs[0]);
    STACK_OF(X509) *rest = parse_rest(chain);
    if (leaf != NULL && rest != NULL) {
        if (trust->as_java && is_anchor(trust, &chain->certs[0])) {
            text = tls_java_entry(leaf);
            verdict = text == NULL ? TLS_TRUSTED : TLS_UNTRUSTED;
        } else
            verdict = build_path(trust, leaf, rest, now, &text);
    }
    if (verdict == TLS_TRUSTED && host != NULL && !tls_name_matches(&chain->certs[0], host)) {
        verdict = TLS_WRONG_NAME;
        text = "it is trusted, but made for other names";
    }
    (void)snprintf(why, why_size, "%s", verdict == TLS_TRUSTED ? "" : text);
    X509_free(leaf);
    sk_X509_pop_free(rest, X509_free);
    ERR_clear_error();
    return verdict;
}

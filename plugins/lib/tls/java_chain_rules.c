#include "java_chain_rules.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdbool.h>

/* Does a constraint of the certificates between the anchor and `depth` forbid its names? Those of
 * the anchor do not count: Java starts with the anchor's key and name alone. */
static bool violates_below_anchor(const STACK_OF(X509) * path, int depth)
{
    bool violates = false;
    for (int i = depth + 1; !violates && i < sk_X509_num(path) - 1; i++) {
        NAME_CONSTRAINTS *limits =
            X509_get_ext_d2i(sk_X509_value(path, i), NID_name_constraints, NULL, NULL);
        violates = limits != NULL &&
                   NAME_CONSTRAINTS_check(sk_X509_value(path, depth), limits) != X509_V_OK;
        NAME_CONSTRAINTS_free(limits);
    }
    return violates;
}

/* The anchor is the last of the path; Java looks at its name, its key and whether it is a CA, which
 * chain_trust.c has done. */
int tls_java_callback(int ok, X509_STORE_CTX *ctx)
{
    const STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(ctx);
    int depth = X509_STORE_CTX_get_error_depth(ctx);
    bool at_anchor = path != NULL && depth > 0 && depth == sk_X509_num(path) - 1;
    bool forgiven = false;
    if (ok)
        return ok;
    switch (X509_STORE_CTX_get_error(ctx)) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        forgiven = at_anchor;
        break;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
        forgiven = path != NULL && !violates_below_anchor(path, depth);
        break;
    default:
        break;
    }
    if (forgiven)
        X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return forgiven;
}

/* No ExtendedKeyUsage, or one that names TLS servers, every use, or the step-up of Netscape or
 * Microsoft. */
static bool is_for_servers(X509 *leaf)
{
    return (X509_get_extended_key_usage(leaf) & (XKU_SSL_SERVER | XKU_ANYEKU | XKU_SGC)) != 0;
}

/* Netscape's old certificate type, where there is one, must name SSL servers. */
static bool is_type_for_servers(X509 *leaf)
{
    enum { SSL_SERVER_BIT = 1 };
    ASN1_BIT_STRING *type = X509_get_ext_d2i(leaf, NID_netscape_cert_type, NULL, NULL);
    bool named = type == NULL || ASN1_BIT_STRING_get_bit(type, SSL_SERVER_BIT) == 1;
    ASN1_BIT_STRING_free(type);
    return named;
}

static bool is_md5(X509 *cert)
{
    int digest = NID_undef;
    (void)X509_get_signature_info(cert, &digest, NULL, NULL, NULL);
    return digest == NID_md5 || digest == NID_md2;
}

static bool has_weak_key(X509 *cert)
{
    static const struct {
        int type, least;
    } kinds[] = {{EVP_PKEY_RSA, 1024}, {EVP_PKEY_DSA, 1024}, {EVP_PKEY_EC, 224}};
    EVP_PKEY *key = X509_get0_pubkey(cert);
    for (size_t i = 0; key != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (EVP_PKEY_base_id(key) == kinds[i].type)
            return EVP_PKEY_bits(key) < kinds[i].least;
    return false;
}

const char *tls_java_path(const STACK_OF(X509) * path)
{
    int count = sk_X509_num(path);
    if (count < 1)
        return NULL;
    X509 *leaf = sk_X509_value(path, 0);
    if (!is_for_servers(leaf))
        return "it is not made for TLS servers (extended key usage)";
    if (!is_type_for_servers(leaf))
        return "it is not made for TLS servers (Netscape certificate type)";
    if ((X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
        return "its key usage does not allow digital signatures, which TLS 1.3 and ECDHE need";
    for (int i = 0; i < count; i++) {
        X509 *cert = sk_X509_value(path, i);
        if (i + 1 < count && is_md5(cert))
            return "a certificate of its chain is signed with MD5, which Java refuses";
        if (has_weak_key(cert))
            return "a certificate of its chain has a key that is too short for Java";
    }
    return NULL;
}

const char *tls_java_entry(X509 *leaf)
{
    bool issued = X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) != 0;
    return issued && is_md5(leaf) ? "it is signed with MD5, which no JVM takes in a handshake"
                                  : NULL;
}

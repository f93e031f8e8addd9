#include "cert_parse.h"

#include <openssl/err.h>
#include <stdint.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/provider.h>
#endif

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
/* A library context whose only provider offers nothing; both are kept for the process. */
static OSSL_LIB_CTX *open_bare_context(void)
{
    static OSSL_LIB_CTX *context;
    if (context != NULL)
        return context;
    context = OSSL_LIB_CTX_new();
    if (context != NULL && OSSL_PROVIDER_load(context, "null") == NULL) {
        OSSL_LIB_CTX_free(context);
        context = NULL;
    }
    return context;
}
#endif

static X509 *make_empty(void)
{
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    OSSL_LIB_CTX *context = open_bare_context();
    return context == NULL ? NULL : X509_new_ex(context, NULL);
#else
    return X509_new();
#endif
}

X509 *cert_parse(const void *der, size_t size)
{
    const unsigned char *at = der;
    X509 *x = size > INT32_MAX ? NULL : make_empty();
    /* What does not decode is freed, and x is NULL then. */
    if (x != NULL && d2i_X509(&x, &at, (long)size) != NULL &&
        at != (const unsigned char *)der + size) {
        X509_free(x);
        x = NULL;
    }
    ERR_clear_error();
    return x;
}

/* What is in the bits of an RSA key needs no decoder either. */
static EVP_PKEY *decode_key(X509_PUBKEY *given)
{
    ASN1_OBJECT *kind = NULL;
    unsigned char *der = NULL;
    const unsigned char *at = NULL;
    int size = 0;
    if (X509_PUBKEY_get0_param(&kind, &at, &size, NULL, given) == 1 &&
        OBJ_obj2nid(kind) == NID_rsaEncryption)
        return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, size);
    size = i2d_X509_PUBKEY(given, &der);
    at = der;
    EVP_PKEY *key = size > 0 ? d2i_PUBKEY(NULL, &at, size) : NULL;
    OPENSSL_free(der);
    return key;
}

EVP_PKEY *cert_key(X509 *cert)
{
    EVP_PKEY *key = decode_key(X509_get_X509_PUBKEY(cert));
    ERR_clear_error();
    return key;
}

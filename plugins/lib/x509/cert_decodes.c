#include "cert_decodes.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdint.h>

/* RFC 5280, 4.1, in OpenSSL's own types but for the key, whose bits stay what they are. */
struct key {
    X509_ALGOR *algorithm;
    ASN1_BIT_STRING *bits;
};

struct body {
    ASN1_INTEGER *version, *serial;
    X509_ALGOR *algorithm;
    X509_NAME *issuer;
    X509_VAL *validity;
    X509_NAME *subject;
    struct key *key;
    ASN1_BIT_STRING *issuer_id, *subject_id;
    STACK_OF(X509_EXTENSION) * extensions;
};

struct certificate {
    struct body *body;
    X509_ALGOR *algorithm;
    ASN1_BIT_STRING *signature;
};

typedef struct key KEY;
typedef struct body BODY;
typedef struct certificate CERTIFICATE;

/* clang-format off */
ASN1_SEQUENCE(KEY) = {
    ASN1_SIMPLE(KEY, algorithm, X509_ALGOR),
    ASN1_SIMPLE(KEY, bits, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(KEY)

ASN1_SEQUENCE(BODY) = {
    ASN1_EXP_OPT(BODY, version, ASN1_INTEGER, 0),
    ASN1_SIMPLE(BODY, serial, ASN1_INTEGER),
    ASN1_SIMPLE(BODY, algorithm, X509_ALGOR),
    ASN1_SIMPLE(BODY, issuer, X509_NAME),
    ASN1_SIMPLE(BODY, validity, X509_VAL),
    ASN1_SIMPLE(BODY, subject, X509_NAME),
    ASN1_SIMPLE(BODY, key, KEY),
    ASN1_IMP_OPT(BODY, issuer_id, ASN1_BIT_STRING, 1),
    ASN1_IMP_OPT(BODY, subject_id, ASN1_BIT_STRING, 2),
    ASN1_EXP_SEQUENCE_OF_OPT(BODY, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(BODY)

ASN1_SEQUENCE(CERTIFICATE) = {
    ASN1_SIMPLE(CERTIFICATE, body, BODY),
    ASN1_SIMPLE(CERTIFICATE, algorithm, X509_ALGOR),
    ASN1_SIMPLE(CERTIFICATE, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CERTIFICATE)
                    /* clang-format on */

                    static CERTIFICATE
                    * decode(const void *der, size_t size)
{
    const unsigned char *at = der;
    ASN1_VALUE *value = NULL;
    if (size <= INT32_MAX)
        value = ASN1_item_d2i(NULL, &at, (long)size, ASN1_ITEM_rptr(CERTIFICATE));
    if (value != NULL && at != (const unsigned char *)der + size) {
        ASN1_item_free(value, ASN1_ITEM_rptr(CERTIFICATE));
        value = NULL;
    }
    return (CERTIFICATE *)value;
}

static void free_certificate(CERTIFICATE *certificate)
{
    ASN1_item_free((ASN1_VALUE *)certificate, ASN1_ITEM_rptr(CERTIFICATE));
}

bool cert_decodes(const void *der, size_t size)
{
    CERTIFICATE *certificate = decode(der, size);
    bool whole = certificate != NULL;
    free_certificate(certificate);
    ERR_clear_error();
    return whole;
}

/* There is no function that sets it: X509_sign() does. */
static bool set_algorithm(X509 *x, const X509_ALGOR *algorithm)
{
    const X509_ALGOR *there = NULL;
    X509_get0_signature(NULL, &there, x);
    return X509_ALGOR_copy((X509_ALGOR *)(uintptr_t)there, algorithm) == 1;
}

static bool copy_extensions(X509 *x, const STACK_OF(X509_EXTENSION) * extensions)
{
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++)
        if (X509_add_ext(x, sk_X509_EXTENSION_value(extensions, i), -1) != 1)
            return false;
    return true;
}

static bool assemble_cert(X509 *x, const CERTIFICATE *certificate)
{
    const BODY *body = certificate->body;
    long version = body->version == NULL ? 0 : ASN1_INTEGER_get(body->version);
    return version >= 0 && version <= 2 && X509_set_version(x, version) == 1 &&
           X509_set_serialNumber(x, body->serial) == 1 &&
           X509_set_issuer_name(x, body->issuer) == 1 &&
           X509_set_subject_name(x, body->subject) == 1 &&
           X509_set1_notBefore(x, body->validity->notBefore) == 1 &&
           X509_set1_notAfter(x, body->validity->notAfter) == 1 &&
           set_algorithm(x, certificate->algorithm) && copy_extensions(x, body->extensions);
}

X509 *cert_without_key(const void *der, size_t size)
{
    CERTIFICATE *certificate = decode(der, size);
    X509 *x = certificate == NULL ? NULL : X509_new();
    if (x != NULL && !assemble_cert(x, certificate)) {
        X509_free(x);
        x = NULL;
    }
    free_certificate(certificate);
    ERR_clear_error();
    return x;
}

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

    bool cert_decodes(const void *der, size_t size)
{
    const unsigned char *at = der;
    ASN1_VALUE *certificate = NULL;
    if (size <= INT32_MAX)
        certificate = ASN1_item_d2i(NULL, &at, (long)size, ASN1_ITEM_rptr(CERTIFICATE));
    bool whole = certificate != NULL && at == (const unsigned char *)der + size;
    ASN1_item_free(certificate, ASN1_ITEM_rptr(CERTIFICATE));
    ERR_clear_error();
    return whole;
}

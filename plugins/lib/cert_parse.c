#include "cert_parse.h"

#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <stdint.h>
#include <string.h>

#include "rsa_key.h"

enum { TAG_BITS = 0x03 };

#define OID_EC "\x2A\x86\x48\xCE\x3D\x02\x01"

/* {{1.2.3}, BIT STRING}: a key of no kind. */
static const unsigned char no_key[] = {0x30, 0x09, 0x30, 0x04, 0x06, 0x02,
                                       0x2A, 0x03, 0x03, 0x01, 0x00};

/* The certificate as spans: SEQUENCE { tbs, rest }, tbs { before, key, after }. */
struct parts {
    struct der tbs, key, algorithm, bits;
    struct der_span rest;
};

static bool find_parts(const void *der, size_t size, struct parts *ret)
{
    static const unsigned before[] = {DER_TAG_INTEGER, DER_TAG_SEQUENCE, DER_TAG_SEQUENCE,
                                      DER_TAG_SEQUENCE, DER_TAG_SEQUENCE};
    struct der_span file = {der, (const unsigned char *)der + size};
    struct der whole, skipped;
    if (!der_expect(&file, DER_TAG_SEQUENCE, &whole) || !der_end(&file) ||
        !der_expect(&whole.content, DER_TAG_SEQUENCE, &ret->tbs))
        return false;
    ret->rest = whole.content;
    struct der_span fields = ret->tbs.content;
    if (!der_end(&fields) && *fields.at == DER_TAG_CONTEXT_0 && /* the version, when it is not 1 */
        !der_expect(&fields, DER_TAG_CONTEXT_0, &skipped))
        return false;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (!der_expect(&fields, before[i], &skipped))
            return false;
    if (!der_expect(&fields, DER_TAG_SEQUENCE, &ret->key))
        return false;
    struct der_span key = ret->key.content;
    return der_expect(&key, DER_TAG_SEQUENCE, &ret->algorithm) &&
           der_expect(&key, TAG_BITS, &ret->bits) && der_end(&key) &&
           der_size(&ret->bits.content) > 0 && ret->bits.content.at[0] == 0;
}

/* Takes `x` over, into which it parses; NULL: a new one. */
static X509 *parse_into(X509 *x, const void *der, size_t size)
{
    const unsigned char *at = der;
    if (size > INT32_MAX || d2i_X509(&x, &at, (long)size) == NULL)
        x = NULL; /* OpenSSL has freed it */
    if (x != NULL && at != (const unsigned char *)der + size) {
        X509_free(x);
        x = NULL;
    }
    ERR_clear_error();
    return x;
}

static X509 *parse_whole(const void *der, size_t size)
{
    return parse_into(NULL, der, size);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/provider.h>

/* For a certificate whose key is none: where there are no algorithms, OpenSSL does not look through
 * all of them for the key's decoder, at each certificate. */
static X509 *new_without_algorithms(void)
{
    static OSSL_LIB_CTX *context;
    if (context == NULL) {
        OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();
        if (made == NULL || OSSL_PROVIDER_load(made, "null") == NULL) {
            OSSL_LIB_CTX_free(made);
            return NULL;
        }
        context = made;
    }
    return X509_new_ex(context, NULL);
}
#else
static X509 *new_without_algorithms(void)
{
    return NULL;
}
#endif

static X509 *parse_without_key(const struct parts *parts)
{
    struct bytes tbs = {0}, body = {0}, whole = {0};
    const unsigned char *after = parts->key.start + parts->key.size;
    bytes_add(&tbs, parts->tbs.content.at, (size_t)(parts->key.start - parts->tbs.content.at));
    bytes_add(&tbs, no_key, sizeof no_key);
    bytes_add(&tbs, after, (size_t)(parts->tbs.content.end - after));
    der_put(&body, DER_TAG_SEQUENCE, tbs.data, tbs.size);
    bytes_add(&body, parts->rest.at, der_size(&parts->rest));
    der_put(&whole, DER_TAG_SEQUENCE, body.data, body.size);
    bool failed = tbs.failed || body.failed || whole.failed;
    X509 *x = failed ? NULL : parse_into(new_without_algorithms(), whole.data, whole.size);
    bytes_free(&tbs);
    bytes_free(&body);
    bytes_free(&whole);
    return x;
}

/* { modulus, exponent }, which are what they are: there is nothing else to decode. */
static bool take_rsa(const struct parts *parts, struct cert_key *ret)
{
    struct der_span algorithm = parts->algorithm.content;
    struct der oid, null;
    struct rsa_key key;
    if (!der_expect(&algorithm, DER_TAG_OID, &oid) ||
        !der_is(&oid, OID_RSA_KEY, sizeof OID_RSA_KEY - 1) ||
        !der_expect(&algorithm, DER_TAG_NULL, &null) || !der_end(&algorithm) ||
        !rsa_key_read(&parts->bits, &key))
        return false;
    *ret = (struct cert_key){.is_rsa = true, .bits = (int)key.bits};
    /* What is odd is left to OpenSSL to judge. */
    return key.plain && key.bits >= 512 && key.bits <= 16384 && key.exponent_bits >= 2 &&
           key.exponent_bits <= 64;
}

/* By the curve's name; whether the point is on it does not matter for that. */
static bool take_curve(const struct parts *parts, struct cert_key *ret)
{
    static const struct {
        const char *oid;
        size_t size;
        int bits;
    } curves[] = {
        {"\x2A\x86\x48\xCE\x3D\x03\x01\x07", 8, 256},
        {"\x2B\x81\x04\x00\x22", 5, 384},
        {"\x2B\x81\x04\x00\x23", 5, 521},
    };
    struct der_span algorithm = parts->algorithm.content;
    struct der oid, curve;
    if (!der_expect(&algorithm, DER_TAG_OID, &oid) || !der_is(&oid, OID_EC, sizeof OID_EC - 1) ||
        !der_expect(&algorithm, DER_TAG_OID, &curve) || !der_end(&algorithm))
        return false;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (der_is(&curve, curves[i].oid, curves[i].size)) {
            *ret = (struct cert_key){.bits = curves[i].bits};
            return true;
        }
    return false;
}

X509 *cert_parse(const void *der, size_t size)
{
    struct parts parts;
    struct cert_key key;
    if (OPENSSL_VERSION_NUMBER >= 0x30000000L && find_parts(der, size, &parts) &&
        (take_rsa(&parts, &key) || take_curve(&parts, &key)))
        return parse_without_key(&parts);
    return parse_whole(der, size);
}

static EVP_PKEY *decode(const void *der, size_t size)
{
    X509 *x = parse_whole(der, size);
    EVP_PKEY *key = x == NULL ? NULL : X509_get_pubkey(x);
    X509_free(x);
    ERR_clear_error();
    return key;
}

struct cert_key cert_key_of(const void *der, size_t size)
{
    struct parts parts;
    struct cert_key found = {0};
    if (find_parts(der, size, &parts) && (take_rsa(&parts, &found) || take_curve(&parts, &found)))
        return found;
    EVP_PKEY *key = decode(der, size);
    found = (struct cert_key){0};
    if (key != NULL) {
        int kind = EVP_PKEY_base_id(key);
        found.bits = EVP_PKEY_bits(key);
        found.is_rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    }
    EVP_PKEY_free(key);
    return found;
}

bool cert_key_decodes(const void *der, size_t size)
{
    struct parts parts;
    struct cert_key found;
    if (find_parts(der, size, &parts) && take_rsa(&parts, &found))
        return true;
    EVP_PKEY *key = decode(der, size);
    EVP_PKEY_free(key);
    return key != NULL;
}

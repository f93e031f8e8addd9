#include "cert_parse.h"

#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <stdint.h>
#include <string.h>

#include "cert_decodes.h"
#include "rsa_public_key.h"

enum { TAG_BITS = 0x03 };

#define OID_EC "\x2A\x86\x48\xCE\x3D\x02\x01"

/* Of the key of a certificate: { algorithm, bits }. */
struct key_parts {
    struct der algorithm, bits;
};

static bool find_key(const void *der, size_t size, struct key_parts *ret)
{
    static const unsigned before[] = {DER_TAG_INTEGER, DER_TAG_SEQUENCE, DER_TAG_SEQUENCE,
                                      DER_TAG_SEQUENCE, DER_TAG_SEQUENCE};
    struct der_span file = {der, (const unsigned char *)der + size};
    struct der whole, body, key, skipped;
    if (!der_expect(&file, DER_TAG_SEQUENCE, &whole) || !der_end(&file) ||
        !der_expect(&whole.content, DER_TAG_SEQUENCE, &body))
        return false;
    struct der_span fields = body.content;
    if (!der_end(&fields) && *fields.at == DER_TAG_CONTEXT_0 && /* the version, when it is not 1 */
        !der_expect(&fields, DER_TAG_CONTEXT_0, &skipped))
        return false;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (!der_expect(&fields, before[i], &skipped))
            return false;
    return der_expect(&fields, DER_TAG_SEQUENCE, &key) &&
           der_expect(&key.content, DER_TAG_SEQUENCE, &ret->algorithm) &&
           der_expect(&key.content, TAG_BITS, &ret->bits) && der_end(&key.content) &&
           der_size(&ret->bits.content) > 0 && ret->bits.content.at[0] == 0;
}

static X509 *parse_whole(const void *der, size_t size)
{
    const unsigned char *at = der;
    X509 *x = size > INT32_MAX ? NULL : d2i_X509(NULL, &at, (long)size);
    if (x != NULL && at != (const unsigned char *)der + size) {
        X509_free(x);
        x = NULL;
    }
    ERR_clear_error();
    return x;
}

/* { modulus, exponent }, which are what they are: there is nothing else to decode. */
static bool take_rsa(const struct key_parts *parts, struct cert_key *ret)
{
    struct der_span algorithm = parts->algorithm.content;
    struct der oid, null;
    struct rsa_public_key key;
    if (!der_expect(&algorithm, DER_TAG_OID, &oid) ||
        !der_is(&oid, OID_RSA_KEY, sizeof OID_RSA_KEY - 1) ||
        !der_expect(&algorithm, DER_TAG_NULL, &null) || !der_end(&algorithm) ||
        !rsa_public_key_read(&parts->bits, &key))
        return false;
    *ret = (struct cert_key){.is_rsa = true, .bits = (int)key.bits};
    /* What is odd is left to OpenSSL to judge. */
    return key.plain && key.bits >= 512 && key.bits <= 16384 && key.exponent_bits >= 2 &&
           key.exponent_bits <= 64;
}

/* By the curve's name; whether the point is on it does not matter for that. */
static bool take_curve(const struct key_parts *parts, struct cert_key *ret)
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
    struct key_parts parts;
    struct cert_key key;
    X509 *x = NULL;
    if (OPENSSL_VERSION_NUMBER >= 0x30000000L && find_key(der, size, &parts) &&
        (take_rsa(&parts, &key) || take_curve(&parts, &key)))
        x = cert_without_key(der, size);
    return x != NULL ? x : parse_whole(der, size);
}

static EVP_PKEY *decode_key(const void *der, size_t size)
{
    X509 *x = parse_whole(der, size);
    EVP_PKEY *key = x == NULL ? NULL : X509_get_pubkey(x);
    X509_free(x);
    ERR_clear_error();
    return key;
}

struct cert_key cert_key_of(const void *der, size_t size)
{
    struct key_parts parts;
    struct cert_key found = {0};
    if (find_key(der, size, &parts) && (take_rsa(&parts, &found) || take_curve(&parts, &found)))
        return found;
    EVP_PKEY *key = decode_key(der, size);
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
    struct key_parts parts;
    struct cert_key found;
    if (find_key(der, size, &parts) && take_rsa(&parts, &found))
        return true;
    EVP_PKEY *key = decode_key(der, size);
    EVP_PKEY_free(key);
    return key != NULL;
}

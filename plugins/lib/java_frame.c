/*
 * What Java's decoder demands of a certificate beyond its grammar (X509CertImpl, X509CertInfo and
 * CertificateExtensions of the JDK), as far as the bytes alone tell:
 *
 *   { { [0] version?, serial, algorithm, issuer, dates, subject, key, [1]?, [2]?, [3] extensions?
 * }, algorithm, BIT STRING }
 */
#include <stdbool.h>
#include <string.h>

#include "java_accepts.h"
#include "pkcs12_der.h"

#define OID_EC_KEY "\x2A\x86\x48\xCE\x3D\x02\x01"
#define OID_RSA_KEY "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"
#define OID_ALTERNATIVE_NAME "\x55\x1D\x11"
#define IS_OID(element, oid) der_is((element), (oid), sizeof(oid) - 1)

enum {
    TAG_BOOLEAN = 0x01,
    TAG_BITS = 0x03,
    TAG_UNIQUE_1 = 0x81,
    TAG_UNIQUE_2 = 0x82,
    TAG_CONTEXT_1 = 0xA1,
    TAG_CONTEXT_2 = 0xA2,
    TAG_CONTEXT_3 = 0xA3,
    MOST_EXTENSIONS = 64
};
/* RSAKeyFactory of the JDK. */
enum { LEAST_RSA_BITS = 512, MOST_RSA_BITS = 16384, BIG_RSA_BITS = 3072, MOST_EXPONENT_BITS = 64 };

static const char text_garbled[] = "does not decode";

struct frame {
    unsigned version; /* as written: 0 is v1 */
    struct der issuer, subject, key, extensions;
    bool has_extensions, has_unique;
    const char *why;
};

/* Like der_next(), but a length need not be in its shortest form: Java does not mind. */
static bool next(struct der_span *span, struct der *ret)
{
    const unsigned char *at = span->at;
    size_t left = der_size(span), header = 2;
    if (left < 2 || (at[0] & 0x1F) == 0x1F)
        return false;
    size_t length = at[1];
    if (length & 0x80) {
        size_t octets = length & 0x7F;
        if (octets == 0 || octets > 4 || left < 2 + octets)
            return false;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | at[2 + i];
        header += octets;
    }
    if (length > left - header)
        return false;
    *ret = (struct der){.tag = at[0],
                        .content = {at + header, at + header + length},
                        .start = at,
                        .size = header + length};
    span->at = at + header + length;
    return true;
}

static bool take(struct der_span *span, unsigned tag, struct der *ret)
{
    struct der_span ahead = *span;
    if (!next(&ahead, ret) || ret->tag != tag)
        return false;
    *span = ahead;
    return true;
}

static bool take_version(struct der_span *body, unsigned *ret)
{
    struct der wrapper, version;
    *ret = 0;
    if (!take(body, DER_TAG_CONTEXT_0, &wrapper))
        return true;
    if (!take(&wrapper.content, DER_TAG_INTEGER, &version) || !der_end(&wrapper.content) ||
        der_size(&version.content) != 1)
        return false;
    *ret = version.content.at[0];
    return true;
}

static bool split(const void *der, size_t size, struct frame *f)
{
    struct der_span all = {der, (const unsigned char *)der + size};
    struct der whole, body, part;
    if (!take(&all, DER_TAG_SEQUENCE, &whole) || !der_end(&all) ||
        !take(&whole.content, DER_TAG_SEQUENCE, &body) ||
        !take(&whole.content, DER_TAG_SEQUENCE, &part) || !take(&whole.content, TAG_BITS, &part) ||
        !der_end(&whole.content))
        return false;
    struct der_span *at = &body.content;
    if (!take_version(at, &f->version) || !take(at, DER_TAG_INTEGER, &part) ||
        !take(at, DER_TAG_SEQUENCE, &part) || !take(at, DER_TAG_SEQUENCE, &f->issuer) ||
        !take(at, DER_TAG_SEQUENCE, &part) || !take(at, DER_TAG_SEQUENCE, &f->subject) ||
        !take(at, DER_TAG_SEQUENCE, &f->key))
        return false;
    if (take(at, TAG_CONTEXT_1, &part) || take(at, TAG_UNIQUE_1, &part))
        f->has_unique = true;
    if (take(at, TAG_CONTEXT_2, &part) || take(at, TAG_UNIQUE_2, &part))
        f->has_unique = true;
    if (take(at, TAG_CONTEXT_3, &part)) {
        f->has_extensions = true;
        if (!take(&part.content, DER_TAG_SEQUENCE, &f->extensions))
            return false;
    }
    return der_end(at);
}

/* Bits of a non-negative INTEGER; 0 for one that is not positive. */
static size_t bits_of(const struct der *integer)
{
    const unsigned char *at = integer->content.at;
    while (at < integer->content.end && *at == 0)
        at++;
    if (at == integer->content.end || (at == integer->content.at && *at & 0x80))
        return 0;
    size_t bits = 8 * (size_t)(integer->content.end - at);
    for (unsigned mask = 0x80; (*at & mask) == 0; mask >>= 1)
        bits--;
    return bits;
}

static const char *judge_rsa(const struct der *bits)
{
    struct der_span body = bits->content;
    struct der pair, modulus, exponent;
    if (der_size(&body) < 1 || *body.at++ != 0)
        return text_garbled;
    if (!take(&body, DER_TAG_SEQUENCE, &pair) || !take(&pair.content, DER_TAG_INTEGER, &modulus) ||
        !take(&pair.content, DER_TAG_INTEGER, &exponent))
        return text_garbled;
    size_t size = bits_of(&modulus), power = bits_of(&exponent);
    if (size < LEAST_RSA_BITS || size > MOST_RSA_BITS)
        return "has an RSA key of less than 512 or more than 16384 bits";
    if (power < 2 || (size > BIG_RSA_BITS && power > MOST_EXPONENT_BITS))
        return "has an RSA key whose exponent Java does not take";
    return NULL;
}

static const char *judge_key(const struct frame *f)
{
    struct der_span body = f->key.content;
    struct der algorithm, oid, parameters, bits;
    if (!take(&body, DER_TAG_SEQUENCE, &algorithm) || !take(&body, TAG_BITS, &bits) ||
        !take(&algorithm.content, DER_TAG_OID, &oid))
        return text_garbled;
    if (IS_OID(&oid, OID_EC_KEY) && !take(&algorithm.content, DER_TAG_OID, &parameters))
        return "has an elliptic-curve key with explicit parameters instead of the curve's name";
    return IS_OID(&oid, OID_RSA_KEY) ? judge_rsa(&bits) : NULL;
}

/* { OID, critical?, OCTET STRING } */
static bool take_extension(struct der_span *list, struct der *ret_oid, bool *ret_critical)
{
    struct der extension, critical, value;
    if (!take(list, DER_TAG_SEQUENCE, &extension) ||
        !take(&extension.content, DER_TAG_OID, ret_oid))
        return false;
    *ret_critical = take(&extension.content, TAG_BOOLEAN, &critical) &&
                    der_size(&critical.content) == 1 && critical.content.at[0] != 0;
    return take(&extension.content, DER_TAG_OCTETS, &value) && der_end(&extension.content);
}

static bool same(const struct der *a, const struct der *b)
{
    return a->size == b->size && memcmp(a->start, b->start, a->size) == 0;
}

static const char *judge_extensions(const struct frame *f, bool *ret_named)
{
    struct der seen[MOST_EXTENSIONS];
    size_t count = 0;
    struct der_span list = f->extensions.content;
    *ret_named = false;
    while (!der_end(&list)) {
        struct der oid;
        bool critical = false;
        if (count == MOST_EXTENSIONS || !take_extension(&list, &oid, &critical))
            return text_garbled;
        for (size_t i = 0; i < count; i++)
            if (same(&seen[i], &oid))
                return "has the same extension twice";
        if (IS_OID(&oid, OID_ALTERNATIVE_NAME))
            *ret_named = critical;
        seen[count++] = oid;
    }
    return NULL;
}

static const char *judge(const struct frame *f)
{
    bool named = false;
    const char *why = NULL;
    if (der_end(&f->issuer.content))
        return "has an empty issuer";
    if (f->has_extensions && f->version != 2)
        return "is of version 1 or 2 and has extensions";
    if (f->has_unique && f->version == 0)
        return "is of version 1 and has a unique identifier";
    if (f->has_extensions)
        why = judge_extensions(f, &named);
    if (why == NULL && der_end(&f->subject.content) && !named)
        why = "has an empty subject, and no subjectAltName that is critical";
    return why == NULL ? judge_key(f) : why;
}

enum java_verdict java_frame(const void *der, size_t size, const char **ret_why)
{
    struct frame f = {0};
    const char *why = split(der, size, &f) ? judge(&f) : text_garbled;
    if (why == NULL)
        return JAVA_ACCEPTS;
    *ret_why = why;
    return JAVA_REFUSES;
}

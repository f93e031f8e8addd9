/*
 * What Java's decoder demands of a certificate beyond its grammar (X509CertImpl, X509CertInfo and
 * CertificateExtensions of the JDK), as far as the bytes alone tell:
 *
 *   { body, algorithm, BIT STRING }
 *   body  { [0] version?, serial, algorithm, issuer, dates, subject, key, [1]?, [2]?, [3]? }
 */
#include <openssl/bn.h>
#include <stdbool.h>
#include <string.h>

#include "java_accepts.h"
#include "java_der_values.h"

#define OID_RSA_KEY "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"
#define OID_DSA_KEY "\x2A\x86\x48\xCE\x38\x04\x01"
#define OID_DH_KEY "\x2A\x86\x48\x86\xF7\x0D\x01\x03\x01"
#define OID_X942_KEY "\x2A\x86\x48\xCE\x3E\x02\x01"
#define OID_EC_KEY "\x2A\x86\x48\xCE\x3D\x02\x01"
#define OID_EDWARDS "\x2B\x65" /* and one byte: which */
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
    MOST_EXTENSIONS = 64,
    UNCOMPRESSED = 4, /* the form of a point */
    FIRST_EDWARDS = 110
};
/* RSAKeyFactory of the JDK. */
enum { LEAST_RSA_BITS = 512, MOST_RSA_BITS = 16384, BIG_RSA_BITS = 3072, MOST_EXPONENT_BITS = 64 };

static const char text_garbled[] = "does not decode in DER";

struct frame {
    unsigned version; /* as written: 0 is v1 */
    struct der algorithm, issuer, dates, subject, key, extensions;
    struct der outer_algorithm, signature;
    bool has_extensions, has_unique;
};

static bool take_version(struct der_span *body, unsigned *ret)
{
    struct der wrapper, version;
    *ret = 0;
    if (!der_expect(body, DER_TAG_CONTEXT_0, &wrapper))
        return true;
    if (!der_expect(&wrapper.content, DER_TAG_INTEGER, &version) || !der_end(&wrapper.content) ||
        der_size(&version.content) != 1)
        return false;
    *ret = version.content.at[0];
    return true;
}

/* issuerUniqueID and subjectUniqueID */
static bool take_unique(struct der_span *body, struct frame *f)
{
    struct der part;
    if (der_expect(body, TAG_CONTEXT_1, &part) || der_expect(body, TAG_UNIQUE_1, &part)) {
        f->has_unique = true;
        if (!java_takes_bits(&part))
            return false;
    }
    if (der_expect(body, TAG_CONTEXT_2, &part) || der_expect(body, TAG_UNIQUE_2, &part)) {
        f->has_unique = true;
        return java_takes_bits(&part);
    }
    return true;
}

static bool split_body(struct der_span *at, struct frame *f)
{
    struct der part;
    if (!take_version(at, &f->version) || !der_expect(at, DER_TAG_INTEGER, &part) ||
        der_end(&part.content) || !der_expect(at, DER_TAG_SEQUENCE, &f->algorithm) ||
        !der_expect(at, DER_TAG_SEQUENCE, &f->issuer) ||
        !der_expect(at, DER_TAG_SEQUENCE, &f->dates) ||
        !der_expect(at, DER_TAG_SEQUENCE, &f->subject) ||
        !der_expect(at, DER_TAG_SEQUENCE, &f->key) || !take_unique(at, f))
        return false;
    if (der_expect(at, TAG_CONTEXT_3, &part)) {
        f->has_extensions = true;
        if (!der_expect(&part.content, DER_TAG_SEQUENCE, &f->extensions))
            return false;
    }
    return der_end(at);
}

static bool split_fields(const void *der, size_t size, struct frame *f)
{
    struct der_span all = {der, (const unsigned char *)der + size};
    struct der whole, body;
    return der_expect(&all, DER_TAG_SEQUENCE, &whole) && der_end(&all) &&
           der_expect(&whole.content, DER_TAG_SEQUENCE, &body) &&
           der_expect(&whole.content, DER_TAG_SEQUENCE, &f->outer_algorithm) &&
           der_expect(&whole.content, TAG_BITS, &f->signature) && der_end(&whole.content) &&
           split_body(&body.content, f);
}

/* The bits of a number, in which leading zeros do not count; 0 when it is not positive. */
static int count_bits(const struct der *integer)
{
    const unsigned char *at = integer->content.at;
    BIGNUM *number = NULL;
    if (!der_end(&integer->content) && (*at & 0x80) == 0)
        number = BN_bin2bn(at, (int)der_size(&integer->content), NULL);
    int bits = number == NULL ? 0 : BN_num_bits(number);
    BN_free(number);
    return bits;
}

/* { modulus, exponent } */
static const char *judge_rsa(const struct der *bits)
{
    struct der_span body = bits->content;
    struct der pair, modulus, exponent;
    if (*body.at++ != 0 || !der_expect(&body, DER_TAG_SEQUENCE, &pair) || !der_end(&body) ||
        !der_expect(&pair.content, DER_TAG_INTEGER, &modulus) ||
        !der_expect(&pair.content, DER_TAG_INTEGER, &exponent) || !der_end(&pair.content))
        return text_garbled;
    int size = count_bits(&modulus), exponent_size = count_bits(&exponent);
    if (size < LEAST_RSA_BITS || size > MOST_RSA_BITS)
        return "has an RSA key of less than 512 or more than 16384 bits";
    if (exponent_size < 2 || (size > BIG_RSA_BITS && exponent_size > MOST_EXPONENT_BITS))
        return "has an RSA key whose exponent Java does not take";
    return NULL;
}

static const char *judge_curve(const struct der *name, const struct der *bits)
{
    if (name->start == NULL || name->tag != DER_TAG_OID)
        return "has an elliptic-curve key with explicit parameters instead of the curve's name";
    size_t size = java_curve_size(name);
    if (size == 0)
        return "has a key on an elliptic curve that Java does not know";
    if (der_size(&bits->content) != 2 + 2 * size || bits->content.at[1] != UNCOMPRESSED)
        return "has an elliptic-curve key whose point Java does not take";
    return NULL;
}

/* X25519, X448, Ed25519, Ed448: the size tells. */
static const char *judge_edwards(const struct der *oid, const struct der *bits)
{
    static const unsigned char sizes[] = {32, 56, 32, 57};
    unsigned kind = der_oid_last(oid, OID_EDWARDS, sizeof OID_EDWARDS - 1);
    if (kind < FIRST_EDWARDS || kind >= FIRST_EDWARDS + sizeof sizes)
        return NULL;
    return der_size(&bits->content) == 1U + sizes[kind - FIRST_EDWARDS] && *bits->content.at == 0
               ? NULL
               : "has a key whose length Java does not take";
}

static const char *judge_key(const struct frame *f)
{
    struct der_span body = f->key.content;
    struct der algorithm, oid, parameters, bits;
    if (!der_expect(&body, DER_TAG_SEQUENCE, &algorithm) || !der_expect(&body, TAG_BITS, &bits) ||
        !der_end(&body) || !java_takes_bits(&bits) ||
        !java_takes_algorithm(algorithm.content, &oid, &parameters))
        return text_garbled;
    if (parameters.start != NULL && parameters.tag != DER_TAG_SEQUENCE &&
        (IS_OID(&oid, OID_DSA_KEY) || IS_OID(&oid, OID_DH_KEY) || IS_OID(&oid, OID_X942_KEY)))
        return text_garbled;
    if (IS_OID(&oid, OID_EC_KEY))
        return judge_curve(&parameters, &bits);
    return IS_OID(&oid, OID_RSA_KEY) ? judge_rsa(&bits) : judge_edwards(&oid, &bits);
}

/* { OID, critical?, OCTET STRING } */
static bool take_extension(struct der_span *list, struct der *ret_oid, bool *ret_critical)
{
    struct der extension, critical, value;
    if (!der_expect(list, DER_TAG_SEQUENCE, &extension) || !der_next(&extension.content, ret_oid) ||
        !java_takes_oid(ret_oid))
        return false;
    *ret_critical = false;
    if (der_expect(&extension.content, TAG_BOOLEAN, &critical)) {
        if (der_size(&critical.content) != 1)
            return false;
        *ret_critical = critical.content.at[0] != 0;
    }
    return der_expect(&extension.content, DER_TAG_OCTETS, &value) && der_end(&extension.content);
}

static bool same_element(const struct der *a, const struct der *b)
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
            if (same_element(&seen[i], &oid))
                return "has the same extension twice";
        if (IS_OID(&oid, OID_ALTERNATIVE_NAME))
            *ret_named = critical;
        seen[count++] = oid;
    }
    return NULL;
}

/* Of the two places that name the signature's algorithm; no parameters and NULL are the same. */
static const char *judge_algorithms(const struct frame *f)
{
    struct der oid, outer_oid, parameters, outer_parameters;
    if (!java_takes_algorithm(f->algorithm.content, &oid, &parameters) ||
        !java_takes_algorithm(f->outer_algorithm.content, &outer_oid, &outer_parameters) ||
        !java_takes_bits(&f->signature))
        return text_garbled;
    bool alike = same_element(&oid, &outer_oid) &&
                 (parameters.start == NULL || outer_parameters.start == NULL
                      ? parameters.start == outer_parameters.start
                      : same_element(&parameters, &outer_parameters));
    return alike ? NULL : "names two different algorithms of its signature";
}

static const char *judge_dates(struct der_span dates)
{
    struct der from, to;
    if (!der_next(&dates, &from) || !der_next(&dates, &to) || !der_end(&dates))
        return text_garbled;
    return java_takes_time(&from) && java_takes_time(&to) ? NULL : "has a date that is none";
}

static const char *judge_fields(const struct frame *f)
{
    bool named = false, nobody = false, nothing = false;
    if (!java_takes_name(f->issuer.content, &nobody) ||
        !java_takes_name(f->subject.content, &nothing))
        return "has an issuer or a subject that does not decode";
    if (nobody)
        return "has an empty issuer";
    if (f->has_extensions && f->version != 2)
        return "is of version 1 or 2 and has extensions";
    if (f->has_unique && f->version == 0)
        return "is of version 1 and has a unique identifier";
    const char *why = judge_dates(f->dates.content);
    if (why == NULL)
        why = judge_algorithms(f);
    if (why == NULL && f->has_extensions)
        why = judge_extensions(f, &named);
    if (why == NULL && nothing && !named)
        why = "has an empty subject, and no subjectAltName that is critical";
    return why == NULL ? judge_key(f) : why;
}

enum java_verdict java_check_structure(const void *der, size_t size, const char **ret_why)
{
    struct frame f = {0};
    const char *why = split_fields(der, size, &f) ? judge_fields(&f) : text_garbled;
    if (why == NULL)
        return JAVA_ACCEPTS;
    *ret_why = why;
    return JAVA_REFUSES;
}

#include "java_accepts.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "cert_parse.h"
#include "java_der_values.h"

enum { MOST_DEPTH = 16 };

static const char text_garbled[] = "does not decode in DER";
static const char text_critical[] = "has a critical extension that does not decode";
static const char text_name[] =
    "has a critical extension with a name that Java does not take, such as a URI without a scheme";

/* --- names, as the JDK's GeneralName takes them --- */

/* The host of a URI must be a name that does not end with a dot; what is no host name at all is
 * taken for a registry's name, whose form nobody looks at. */
static bool authority_is_sound(const char *at, size_t size)
{
    const char *user = memchr(at, '@', size);
    if (user != NULL) {
        size -= (size_t)(user + 1 - at);
        at = user + 1;
    }
    const char *port = memchr(at, ':', size);
    if (port != NULL)
        size = (size_t)(port - at);
    return size == 0 || at[size - 1] != '.';
}

/* java.net.URI with a scheme. Brackets stand where an IPv6 address may stand, and are left out of
 * account here. */
static bool uri_is_sound(const char *text, size_t size)
{
    static const char never[] = " \"<>\\^`{|}";
    size_t at = 0;
    if (size == 0 || !isalpha((unsigned char)text[0]))
        return false;
    while (at < size && (isalnum((unsigned char)text[at]) || strchr("+-.", text[at]) != NULL))
        at++;
    if (at + 1 >= size || text[at] != ':')
        return false;
    size_t hashes = 0;
    for (size_t i = at + 1; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c >= 0x7f || strchr(never, (char)c) != NULL)
            return false;
        if (c == '%' && (i + 2 >= size || !isxdigit((unsigned char)text[i + 1]) ||
                         !isxdigit((unsigned char)text[i + 2])))
            return false;
        hashes += c == '#';
    }
    if (hashes > 1 || text[at + 1] == '#')
        return false;
    if (size - at < 3 || memcmp(text + at + 1, "//", 2) != 0)
        return true;
    const char *authority = text + at + 3;
    size_t left = size - at - 3, length = 0;
    while (length < left && strchr("/?#", authority[length]) == NULL)
        length++;
    return left > 0 && authority_is_sound(authority, length);
}

static bool mail_is_sound(const char *text, size_t size)
{
    const char *sign = memchr(text, '@', size);
    const char *domain = sign == NULL ? text : sign + 1;
    size_t length = size - (size_t)(domain - text);
    return length > 0 && !(length == 1 && *domain == '.');
}

static bool name_is_sound(const GENERAL_NAME *name)
{
    const ASN1_STRING *string = name->d.ia5;
    switch (name->type) {
    case GEN_URI:
        return uri_is_sound((const char *)ASN1_STRING_get0_data(string),
                            (size_t)ASN1_STRING_length(string));
    case GEN_EMAIL:
        return mail_is_sound((const char *)ASN1_STRING_get0_data(string),
                             (size_t)ASN1_STRING_length(string));
    case GEN_IPADD: {
        int size = ASN1_STRING_length(name->d.iPAddress);
        return size == 4 || size == 8 || size == 16 || size == 32;
    }
    case GEN_X400:
        return false;
    default:
        return true;
    }
}

static bool names_are_sound(const GENERAL_NAMES *names)
{
    bool sound = names == NULL || sk_GENERAL_NAME_num(names) > 0;
    for (int i = 0; sound && names != NULL && i < sk_GENERAL_NAME_num(names); i++)
        sound = name_is_sound(sk_GENERAL_NAME_value(names, i));
    return sound;
}

/* --- extensions --- */

static bool access_is_sound(const void *value)
{
    const AUTHORITY_INFO_ACCESS *list = value;
    bool sound = true;
    for (int i = 0; sound && i < sk_ACCESS_DESCRIPTION_num(list); i++)
        sound = name_is_sound(sk_ACCESS_DESCRIPTION_value(list, i)->location);
    return sound;
}

static bool alternative_is_sound(const void *value)
{
    return names_are_sound(value);
}

static bool points_are_sound(const void *value)
{
    const CRL_DIST_POINTS *list = value;
    bool sound = true;
    for (int i = 0; sound && i < sk_DIST_POINT_num(list); i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(list, i);
        if (point->distpoint != NULL && point->distpoint->type == 0)
            sound = names_are_sound(point->distpoint->name.fullname);
        sound = sound && names_are_sound(point->CRLissuer);
    }
    return sound;
}

/* OpenSSL takes unused bits of a byte that is not there. */
static bool bits_are_sound(const void *value)
{
    return ASN1_STRING_length(value) > 0 || (((const ASN1_STRING *)value)->flags & 7) == 0;
}

/* Those that a JVM decodes (OIDMap of the JDK); of the others it keeps the bytes. */
static const struct {
    int nid;
    bool (*judge)(const void *value); /* NULL: when it decodes, it is sound */
} kinds[] = {
    {NID_subject_alt_name, alternative_is_sound},
    {NID_issuer_alt_name, alternative_is_sound},
    {NID_info_access, access_is_sound},
    {NID_sinfo_access, access_is_sound},
    {NID_crl_distribution_points, points_are_sound},
    {NID_freshest_crl, points_are_sound},
    {NID_subject_key_identifier, NULL},
    {NID_authority_key_identifier, NULL},
    {NID_key_usage, bits_are_sound},
    {NID_ext_key_usage, NULL},
    {NID_private_key_usage_period, NULL},
    {NID_basic_constraints, NULL},
    {NID_name_constraints, NULL},
    {NID_certificate_policies, NULL},
    {NID_policy_mappings, NULL},
    {NID_policy_constraints, NULL},
    {NID_inhibit_any_policy, NULL},
    {NID_netscape_cert_type, bits_are_sound},
    {NID_crl_number, NULL},
    {NID_crl_reason, NULL},
    {NID_delta_crl, NULL},
    {NID_issuing_distribution_point, NULL},
    {NID_certificate_issuer, alternative_is_sound},
};

/* One element and nothing behind it. OpenSSL takes a SEQUENCE that is not constructed. */
static bool is_one_element(const ASN1_OCTET_STRING *octets)
{
    const unsigned char *data = ASN1_STRING_get0_data(octets);
    struct der_span span = {data, data + ASN1_STRING_length(octets)};
    struct der element;
    return java_takes_elements(span, MOST_DEPTH) && der_next(&span, &element) && der_end(&span) &&
           element.tag != DER_TAG_SEQUENCE - 0x20;
}

static enum java_verdict judge_extension(X509_EXTENSION *extension, const char **ret_why)
{
    int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].nid != nid)
            continue;
        void *value =
            is_one_element(X509_EXTENSION_get_data(extension)) ? X509V3_EXT_d2i(extension) : NULL;
        bool sound = value != NULL && (kinds[i].judge == NULL || kinds[i].judge(value));
        *ret_why = value == NULL ? text_critical : text_name;
        if (value != NULL)
            ASN1_item_free(value, ASN1_ITEM_ptr(X509V3_EXT_get(extension)->it));
        return sound ? JAVA_ACCEPTS : JAVA_REFUSES;
    }
    return JAVA_ACCEPTS;
}

static enum java_verdict judge_decoded(X509 *cert, const char **ret_why)
{
    enum java_verdict verdict = JAVA_ACCEPTS;
    for (int i = 0; verdict == JAVA_ACCEPTS && i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);
        bool alone = X509_NAME_entry_count(X509_get_subject_name(cert)) == 0 &&
                     OBJ_obj2nid(X509_EXTENSION_get_object(extension)) == NID_subject_alt_name;
        if (X509_EXTENSION_get_critical(extension) || alone)
            verdict = judge_extension(extension, ret_why);
    }
    if (verdict != JAVA_ACCEPTS)
        return verdict;
    *ret_why = "has a date that is none";
    if (ASN1_TIME_check(X509_get0_notBefore(cert)) == 0 ||
        ASN1_TIME_check(X509_get0_notAfter(cert)) == 0)
        return JAVA_UNSURE;
    *ret_why = "has an extension that does not decode";
    return (X509_get_extension_flags(cert) & EXFLAG_INVALID) != 0 ? JAVA_UNSURE : JAVA_ACCEPTS;
}

enum java_verdict java_accepts(const void *der, size_t size, const char **ret_why)
{
    if (size == 0 || size > INT32_MAX) {
        *ret_why = text_garbled;
        return JAVA_REFUSES;
    }
    enum java_verdict verdict = java_check_structure(der, size, ret_why);
    if (verdict != JAVA_ACCEPTS)
        return verdict;
    X509 *cert = cert_parse(der, size);
    const char *why = text_garbled;
    verdict = cert == NULL ? JAVA_REFUSES : judge_decoded(cert, &why);
    if (verdict == JAVA_ACCEPTS) {
        EVP_PKEY *key = cert_key(cert);
        why = "has a public key of a kind that cannot be decoded here";
        verdict = key == NULL ? JAVA_UNSURE : JAVA_ACCEPTS;
        EVP_PKEY_free(key);
    }
    X509_free(cert);
    ERR_clear_error();
    if (verdict != JAVA_ACCEPTS)
        *ret_why = why;
    return verdict;
}

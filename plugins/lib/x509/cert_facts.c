/* What people see of a certificate, and what is judged. */
#include "bytes.h"
#include "cert.h"
#include "cert_parse.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* The text of `b`, owned by the caller; "" when nothing was added, NULL when memory is out. */
static char *take_text(struct bytes *b)
{
    bytes_text(b, "");
    if (b->failed) {
        bytes_free(b);
        return NULL;
    }
    return (char *)b->data;
}

static char *name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
        return NULL;
    struct bytes b = {0};
    char *data = NULL;
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
        b.failed = true;
    long size = BIO_get_mem_data(bio, &data);
    if (size > 0)
        bytes_add(&b, data, (size_t)size);
    BIO_free(bio);
    return take_text(&b);
}

/* `refused`: characters besides control characters that would be mistaken for our own. */
static void add_escaped(struct bytes *b, const unsigned char *text, size_t size,
                        const char *refused)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = text[i];
        if (c < 0x20 || c == 0x7f || strchr(refused, c) != NULL)
            bytes_printf(b, "\\%02X", c);
        else
            bytes_u8(b, c);
    }
}

static char *common_name(X509_NAME *name)
{
    struct bytes b = {0};
    unsigned char *text = NULL;
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at >= 0) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
        int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
        if (size > 0)
            add_escaped(&b, text, (size_t)size, "");
    }
    OPENSSL_free(text);
    return take_text(&b);
}

static void add_address(struct bytes *b, const ASN1_OCTET_STRING *ip)
{
    char text[INET6_ADDRSTRLEN] = "invalid address";
    int size = ASN1_STRING_length(ip);
    if (size == 4)
        (void)inet_ntop(AF_INET, ASN1_STRING_get0_data(ip), text, sizeof(text));
    else if (size == 16)
        (void)inet_ntop(AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof(text));
    bytes_text(b, text);
}

static char *alt_names(X509 *x)
{
    struct bytes b = {0};
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < count; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD)
            continue;
        if (b.size > 0)
            bytes_text(&b, ", ");
        if (name->type == GEN_DNS)
            add_escaped(&b, ASN1_STRING_get0_data(name->d.dNSName),
                        (size_t)ASN1_STRING_length(name->d.dNSName), ", \\");
        else
            add_address(&b, name->d.iPAddress);
    }
    GENERAL_NAMES_free(names);
    return take_text(&b);
}

static bool read_time(const ASN1_TIME *time, int64_t *ret)
{
    struct tm tm;
    if (!ASN1_TIME_to_tm(time, &tm))
        return false;
    *ret = (int64_t)timegm(&tm);
    return true;
}

/* The flags first: they fill what X509_get_key_usage() gives, also of a certificate whose digest
 * cannot be made (cert_parse.h). */
static bool is_ca(X509 *x)
{
    uint32_t flags = X509_get_extension_flags(x);
    if (X509_get_version(x) < 2 || (flags & EXFLAG_INVALID) != 0 || (flags & EXFLAG_CA) == 0)
        return false;
    return (flags & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) != 0;
}

static bool weak_digest(X509 *x)
{
    int digest = NID_undef;
    if (X509_get_signature_info(x, &digest, NULL, NULL, NULL) != 1)
        return false;
    return digest == NID_md5 || digest == NID_sha1 || digest == NID_md4 || digest == NID_md2 ||
           digest == NID_md5_sha1;
}

static void judge_use(X509 *x, struct cert_facts *f)
{
    f->is_ca = is_ca(x);
    f->self_signed = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
    f->weak_signature = !f->self_signed && weak_digest(x);
    f->for_servers = (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) == 0 ||
                     (X509_get_extended_key_usage(x) & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
}

static void judge_key(X509 *x, struct cert_facts *f)
{
    EVP_PKEY *key = cert_key(x);
    int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_base_id(key);
    f->key_bits = key == NULL ? 0 : EVP_PKEY_bits(key);
    f->key_is_rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    EVP_PKEY_free(key);
}

int cert_facts_of(const void *der, size_t size, struct cert_facts *ret)
{
    X509 *x = cert_parse(der, size);
    if (x == NULL)
        return -1;
    struct cert_facts f = {
        .subject = name_text(X509_get_subject_name(x)),
        .issuer = name_text(X509_get_issuer_name(x)),
        .names = alt_names(x),
        .common_name = common_name(X509_get_subject_name(x)),
    };
    struct tm day;
    bool ok = f.subject != NULL && f.issuer != NULL && f.names != NULL && f.common_name != NULL &&
              read_time(X509_get0_notBefore(x), &f.not_before) &&
              read_time(X509_get0_notAfter(x), &f.not_after) &&
              ASN1_TIME_to_tm(X509_get0_notAfter(x), &day) &&
              strftime(f.not_after_day, sizeof(f.not_after_day), "%Y-%m-%d", &day) > 0;
    if (ok) {
        judge_use(x, &f);
        judge_key(x, &f);
    }
    X509_free(x);
    ERR_clear_error();
    if (!ok) {
        cert_facts_free(&f);
        return -1;
    }
    *ret = f;
    return 0;
}

void cert_facts_free(struct cert_facts *facts)
{
    free(facts->subject);
    free(facts->issuer);
    free(facts->names);
    free(facts->common_name);
    *facts = (struct cert_facts){0};
}

/* The next name of a "a, b, c"; false at the end. */
static bool next_name(const char **names, const char **ret, size_t *ret_length)
{
    *names += strspn(*names, ", ");
    *ret = *names;
    *ret_length = strcspn(*names, ",");
    *names += *ret_length;
    return *ret_length > 0;
}

static bool has_name(const char *names, const char *name, size_t length)
{
    const char *one = NULL;
    size_t size = 0;
    while (next_name(&names, &one, &size))
        if (size == length && strncasecmp(one, name, length) == 0) /* DNS names know no case */
            return true;
    return false;
}

static bool has_names(const char *names, const char *wanted)
{
    const char *one = NULL;
    size_t size = 0;
    while (next_name(&wanted, &one, &size))
        if (!has_name(names, one, size))
            return false;
    return true;
}

bool cert_same_names(const struct cert_facts *a, const struct cert_facts *b)
{
    return strcmp(a->subject, b->subject) == 0 && has_names(a->names, b->names) &&
           has_names(b->names, a->names);
}

/* Whether `list[at]` issued another certificate of the list, by name. */
static bool issued_another(X509 *const *parsed, size_t count, size_t at)
{
    for (size_t i = 0; i < count; i++)
        if (i != at && parsed[i] != NULL &&
            X509_NAME_cmp(X509_get_subject_name(parsed[at]), X509_get_issuer_name(parsed[i])) == 0)
            return true;
    return false;
}

size_t cert_leaf(const struct cert_list *list)
{
    X509 **parsed = list->count < 2 ? NULL : calloc(list->count, sizeof(*parsed));
    if (parsed == NULL)
        return 0;
    size_t leaf = list->count;
    for (size_t i = 0; i < list->count; i++)
        parsed[i] = cert_parse(list->certs[i].der, list->certs[i].size);
    for (size_t i = 0; i < list->count && leaf == list->count; i++)
        if (parsed[i] != NULL && !is_ca(parsed[i]) && !issued_another(parsed, list->count, i))
            leaf = i;
    for (size_t i = 0; i < list->count; i++)
        X509_free(parsed[i]);
    free(parsed);
    return leaf < list->count ? leaf : 0;
}

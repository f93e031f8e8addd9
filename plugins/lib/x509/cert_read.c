/* cert_read(): the certificates of a PEM or DER file, and the refusal of whatever holds a key. */
#include "cert.h"
#include "cert_parse.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

struct span {
    const unsigned char *at;
    size_t size;
};

enum { DER_INTEGER = 0x02, DER_OCTETS = 0x04, DER_OID = 0x06, DER_SEQUENCE = 0x30 };

struct element {
    unsigned tag;
    struct span content; /* cut to what is there */
    size_t whole;        /* header and content, as the header claims; 0: unknown (indefinite) */
};

static bool span_starts(struct span s, const char *text)
{
    size_t length = strlen(text);
    return s.size >= length && memcmp(s.at, text, length) == 0;
}

static const unsigned char *span_find(struct span s, const char *text)
{
    return s.size == 0 ? NULL : memmem(s.at, s.size, text, strlen(text));
}

/* The first element of `s`. Lenient about its end, so that a key that is cut off is a key still. */
static bool der_element(struct span s, struct element *ret)
{
    if (s.size < 2)
        return false;
    size_t header = 2, length = s.at[1];
    bool indefinite = length == 0x80;
    if (length > 0x80) {
        size_t octets = length & 0x7f;
        if (octets > 4 || s.size < 2 + octets)
            return false;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | s.at[2 + i];
        header += octets;
    }
    size_t left = s.size - header;
    ret->tag = s.at[0];
    ret->content.at = s.at + header;
    ret->content.size = indefinite || length > left ? left : length;
    ret->whole = indefinite ? 0 : header + length;
    return true;
}

static bool der_next(struct span *s, struct element *ret)
{
    struct element found;
    if (!der_element(*s, &found))
        return false;
    size_t step = found.whole == 0 || found.whole > s->size ? s->size : found.whole;
    s->at += step;
    s->size -= step;
    *ret = found;
    return true;
}

/*
 * Every key and container of keys begins with a version of 0 to 3, which no certificate does:
 * PKCS#8 {v, {algorithm}, octets}, PKCS#1 and DSA {v, integer, ...}, EC {1, octets}, PKCS#12
 * {3, {oid ..}}. An encrypted PKCS#8 is {{oid, {..}}, octets}; a certificate has no octets at its
 * top.
 */
static bool der_may_be_key(struct span s)
{
    struct element outer, first, second, inner;
    if (!der_element(s, &outer) || outer.tag != DER_SEQUENCE)
        return false;
    struct span rest = outer.content;
    if (!der_next(&rest, &first))
        return false;
    if (first.tag == DER_INTEGER)
        return first.content.size == 1 && first.content.at[0] <= 3 && der_next(&rest, &second) &&
               (second.tag == DER_SEQUENCE || second.tag == DER_INTEGER ||
                second.tag == DER_OCTETS);
    struct span algorithm = first.content;
    return first.tag == DER_SEQUENCE && der_next(&algorithm, &inner) && inner.tag == DER_OID &&
           der_next(&algorithm, &inner) && inner.tag == DER_SEQUENCE && der_next(&rest, &second) &&
           second.tag == DER_OCTETS;
}

static bool holds_der_key(struct span s)
{
    struct element element;
    while (s.size > 0) {
        if (der_may_be_key(s))
            return true;
        if (!der_next(&s, &element))
            return false;
    }
    return false;
}

/* Takes the next line off `s`; LF, CRLF and CR end one. White space at its end is not part of it.
 */
static bool next_line(struct span *s, struct span *ret)
{
    if (s->size == 0)
        return false;
    struct span line = {s->at, 0};
    while (line.size < s->size && line.at[line.size] != '\n' && line.at[line.size] != '\r')
        line.size++;
    size_t step = line.size < s->size ? line.size + 1 : line.size;
    s->at += step;
    s->size -= step;
    while (line.size > 0 && (line.at[line.size - 1] == ' ' || line.at[line.size - 1] == '\t'))
        line.size--;
    *ret = line;
    return true;
}

static bool line_names_key(struct span line)
{
    const unsigned char *key = span_find(line, "PRIVATE KEY");
    if (key != NULL) {
        struct span before = {line.at, (size_t)(key - line.at)};
        if (span_find(before, "BEGIN") != NULL || span_find(before, "END") != NULL)
            return true;
    }
    return span_starts(line, "PuTTY-User-Key-File-") || span_starts(line, "privateExponent:") ||
           span_find(line, "-----BEGIN PKCS12-----") != NULL;
}

/* By name, whatever is around it; NULs are passed over, so that UTF-16 text hides nothing. */
static enum cert_status scan_for_keys(struct span s)
{
    static const unsigned char jks[] = {0xfe, 0xed, 0xfe, 0xed};
    static const unsigned char jceks[] = {0xce, 0xce, 0xce, 0xce};
    if (s.size >= 4 && (memcmp(s.at, jks, 4) == 0 || memcmp(s.at, jceks, 4) == 0))
        return CERT_PRIVATE_KEY;
    if (span_starts(s, "openssh-key-v1") || holds_der_key(s))
        return CERT_PRIVATE_KEY;
    unsigned char *text = malloc(s.size);
    if (text == NULL)
        return CERT_MEMORY;
    struct span rest = {text, 0};
    for (size_t i = 0; i < s.size; i++)
        if (s.at[i] != '\0')
            text[rest.size++] = s.at[i];
    size_t used = rest.size;
    bool found = false;
    struct span line;
    while (!found && next_line(&rest, &line))
        found = line_names_key(line);
    OPENSSL_cleanse(text, used);
    free(text);
    return found ? CERT_PRIVATE_KEY : CERT_OK;
}

static enum cert_status add_certificate(struct span der, struct cert_list *list)
{
    X509 *parsed = cert_parse(der.at, der.size);
    X509_free(parsed);
    if (parsed == NULL)
        return CERT_BROKEN;
    return cert_list_add(list, der.at, der.size) ? CERT_OK : CERT_MEMORY;
}

/* "TRUSTED CERTIFICATE": the certificate, then OpenSSL's own trust settings, which are left out. */
static enum cert_status add_trusted(struct span der, struct cert_list *list)
{
    struct element cert, settings;
    struct span rest = der;
    if (!der_next(&rest, &cert) || cert.whole == 0 || cert.whole > der.size)
        return CERT_BROKEN;
    if (rest.size > 0 && (!der_element(rest, &settings) || settings.whole != rest.size))
        return CERT_BROKEN;
    return add_certificate((struct span){der.at, cert.whole}, list);
}

/* PKCS#7 is { OID, ... }; a certificate begins with a SEQUENCE. */
static bool is_pkcs7(struct span der)
{
    struct element outer, first;
    return der_element(der, &outer) && outer.tag == DER_SEQUENCE &&
           der_element(outer.content, &first) && first.tag == DER_OID;
}

static enum cert_status add_parsed(X509 *parsed, struct cert_list *list)
{
    unsigned char *der = NULL;
    int size = i2d_X509(parsed, &der); /* the bytes that it was parsed from */
    enum cert_status status = CERT_MEMORY;
    if (size > 0)
        status = add_certificate((struct span){der, (size_t)size}, list);
    OPENSSL_free(der);
    return status;
}

/* The certificates of signed data, as certification authorities hand them out; whatever it signs,
 * and who did, does not matter. Sealed data has none that could be read. */
static enum cert_status add_pkcs7(struct span der, struct cert_list *list)
{
    const unsigned char *at = der.at;
    PKCS7 *parsed = der.size > INT32_MAX ? NULL : d2i_PKCS7(NULL, &at, (long)der.size);
    enum cert_status status = CERT_BROKEN;
    if (parsed != NULL && at == der.at + der.size) {
        bool is_signed = PKCS7_type_is_signed(parsed) && parsed->d.sign != NULL;
        STACK_OF(X509) *certs = is_signed ? parsed->d.sign->cert : NULL;
        int count = certs == NULL ? 0 : sk_X509_num(certs);
        status = count > 0 ? CERT_OK : CERT_NONE;
        for (int i = 0; i < count && status == CERT_OK; i++)
            status = add_parsed(sk_X509_value(certs, i), list);
    }
    PKCS7_free(parsed);
    ERR_clear_error();
    return status;
}

/* Base64 with white space anywhere; `ret` has room for the text's size. False when it is garbled.
 * For OpenSSL a hyphen would end it. */
static bool base64_decode(struct span text, unsigned char *ret, size_t *ret_size)
{
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int size = 0, rest = 0;
    if (context == NULL || text.size > INT32_MAX || memchr(text.at, '-', text.size) != NULL) {
        EVP_ENCODE_CTX_free(context);
        return false;
    }
    EVP_DecodeInit(context);
    bool decoded = EVP_DecodeUpdate(context, ret, &size, text.at, (int)text.size) >= 0 &&
                   EVP_DecodeFinal(context, ret + size, &rest) == 1;
    EVP_ENCODE_CTX_free(context);
    *ret_size = (size_t)size + (size_t)rest;
    return decoded && *ret_size > 0;
}

struct kind {
    const char *begin;
    enum cert_status (*add)(struct span der, struct cert_list *list);
};

static const struct kind kinds[] = {
    {"-----BEGIN CERTIFICATE-----", add_certificate},
    {"-----BEGIN X509 CERTIFICATE-----", add_certificate},
    {"-----BEGIN TRUSTED CERTIFICATE-----", add_trusted},
    {"-----BEGIN PKCS7-----", add_pkcs7},
    {"-----BEGIN CMS-----", add_pkcs7},
};

/* Not a certificate by its label; what it holds may be a key under a false name all the same. */
static enum cert_status add_block(struct span body, const struct kind *kind, struct cert_list *list)
{
    unsigned char *der = malloc(body.size + 1);
    if (der == NULL)
        return CERT_MEMORY;
    size_t size = 0;
    enum cert_status status = CERT_OK;
    bool decoded = base64_decode(body, der, &size);
    if (decoded && holds_der_key((struct span){der, size}))
        status = CERT_PRIVATE_KEY;
    else if (kind != NULL)
        status = decoded ? kind->add((struct span){der, size}, list) : CERT_BROKEN;
    OPENSSL_cleanse(der, body.size);
    free(der);
    return status;
}

static bool line_is(struct span line, const char *text)
{
    return line.size == strlen(text) && span_starts(line, text);
}

/* The line that ends the block begun by `begin`: same label. */
static bool line_ends(struct span line, struct span begin)
{
    const size_t before = strlen("-----BEGIN "), end_before = strlen("-----END ");
    return span_starts(line, "-----END ") && line.size - end_before == begin.size - before &&
           memcmp(line.at + end_before, begin.at + before, begin.size - before) == 0;
}

static enum cert_status read_block(struct span *rest, struct span begin, struct cert_list *list)
{
    const struct kind *kind = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (line_is(begin, kinds[i].begin))
            kind = &kinds[i];
    if (!span_starts(begin, "-----BEGIN ") || begin.size < strlen("-----BEGIN X-----") ||
        memcmp(begin.at + begin.size - 5, "-----", 5) != 0)
        return CERT_BROKEN;
    struct span body = {rest->at, 0}, line;
    while (next_line(rest, &line)) {
        if (line_ends(line, begin)) {
            body.size = (size_t)(line.at - body.at);
            return add_block(body, kind, list);
        }
        if (span_find(line, "-----") != NULL)
            return CERT_BROKEN;
    }
    return CERT_BROKEN;
}

static enum cert_status read_pem(struct span rest, struct cert_list *list)
{
    struct span line;
    while (next_line(&rest, &line)) {
        enum cert_status status = CERT_OK;
        if (span_find(line, "-----BEGIN") != NULL)
            status = read_block(&rest, line, list);
        else if (span_find(line, "-----END") != NULL)
            status = CERT_BROKEN;
        if (status != CERT_OK)
            return status;
    }
    return list->count > 0 ? CERT_OK : CERT_NONE;
}

static enum cert_status read_any(struct span s, struct cert_list *list)
{
    struct element outer;
    bool der = der_element(s, &outer) && outer.tag == DER_SEQUENCE;
    if (der && outer.whole == s.size)
        return is_pkcs7(s) ? add_pkcs7(s, list) : add_certificate(s, list);
    if (span_find(s, "-----BEGIN") != NULL || span_find(s, "-----END") != NULL)
        return read_pem(s, list);
    return der ? CERT_BROKEN : CERT_NONE;
}

enum cert_status cert_read(const void *data, size_t size, struct cert_list *ret)
{
    struct span s = {data, size};
    struct cert_list list = {0};
    *ret = list;
    if (span_starts(s, "\xef\xbb\xbf")) {
        s.at += 3;
        s.size -= 3;
    }
    if (s.size == 0)
        return CERT_NONE;
    enum cert_status status = scan_for_keys(s);
    if (status == CERT_OK)
        status = read_any(s, &list);
    if (status == CERT_OK)
        *ret = list;
    else
        cert_list_free(&list);
    return status;
}

/*
 * X.509 certificates as files and as people see them. Pure: bytes in, bytes and text out.
 *
 * cert_read() takes a file's bytes apart; cert_facts_of() tells what is in one certificate. Call it
 * only for what must be shown or judged: identity is the SHA-256 of the DER bytes.
 */
#ifndef TFHOOK_LIB_CERT_H
#define TFHOOK_LIB_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CERT_SHA256_SIZE = 32, CERT_SHA256_HEX_SIZE = 65 };

struct cert {
    unsigned char *der;
    size_t size;
    unsigned char sha256[CERT_SHA256_SIZE];
};

struct cert_list {
    struct cert *certs;
    size_t count;
};

enum cert_status {
    CERT_OK = 0,
    CERT_NONE,        /* holds no certificate */
    CERT_PRIVATE_KEY, /* holds a private key, in any form, at any place */
    CERT_BROKEN,      /* a certificate in it is cut off or garbled */
    CERT_MEMORY
};

/* All certificates of a PEM file (text between the blocks, CRLF and a BOM are fine; "TRUSTED
 * CERTIFICATE" gives its certificate, PKCS#7 those that it carries) or of one DER file, which may
 * be PKCS#7 too, in their order. On CERT_OK the list holds at least one and belongs to the caller;
 * else it is empty. Every certificate parses. */
enum cert_status cert_read(const void *data, size_t size, struct cert_list *ret)
    __attribute__((warn_unused_result));
/* For messages: "holds no certificate", "holds a private key", ... */
const char *cert_status_text(enum cert_status status);
void cert_list_free(struct cert_list *list);
/* Adds a copy of one DER certificate; false when memory is out. Does not parse it. */
bool cert_list_add(struct cert_list *list, const void *der, size_t size)
    __attribute__((warn_unused_result));
/* The index of the leaf of a bundle: the first certificate that issued no other one in the list and
 * is no CA; when there is none, the first. */
size_t cert_leaf(const struct cert_list *list);

struct cert_facts {
    char *subject;      /* RFC 2253, one line, control characters escaped: "CN=scm1,O=..." */
    char *issuer;       /* the same */
    char *names;        /* DNS names and IP addresses, separated by ", "; "" when there are none */
    char *common_name;  /* the first CN, or "" */
    int64_t not_before; /* seconds since the epoch */
    int64_t not_after;
    char not_after_day[11]; /* "2027-03-01", UTC */
    bool is_ca;             /* Java would take it as an issuer: CA:TRUE, and keyCertSign when there
                               is a KeyUsage; a v1 certificate is none */
    bool self_signed;       /* subject and issuer are equal */
    bool weak_signature;    /* MD5 or SHA-1, and not self-signed */
    int key_bits;
    bool key_is_rsa;
    bool for_servers; /* no ExtendedKeyUsage, or one that names serverAuth or any */
};

/* 0, or -1 when it does not parse or memory is out. Free with cert_facts_free(). */
int cert_facts_of(const void *der, size_t size, struct cert_facts *ret)
    __attribute__((warn_unused_result));
void cert_facts_free(struct cert_facts *facts);
/* Same subject and the same set of names: a renewal of the same server's certificate. */
bool cert_same_names(const struct cert_facts *a, const struct cert_facts *b);

void cert_hex(const unsigned char sha256[CERT_SHA256_SIZE], char ret[CERT_SHA256_HEX_SIZE]);
/* "3f:..:.." or plain hex, any case, exactly 32 bytes; false when it is none. */
bool cert_hex_parse(const char *text, unsigned char ret[CERT_SHA256_SIZE])
    __attribute__((warn_unused_result));
/* DER to one PEM block, appended. */
struct bytes;
void cert_pem(const void *der, size_t size, struct bytes *out);

#endif

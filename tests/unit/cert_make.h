/*
 * Certificates for tests, made on the spot. make_key() and make_certificate() give objects that the
 * caller frees with OpenSSL's own functions; every failure ends the test.
 */
#ifndef TFHOOK_CERT_MAKE_H
#define TFHOOK_CERT_MAKE_H

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct recipe {
    const char *cn;    /* subject CN */
    const char *names; /* subjectAltName as OpenSSL's config has it; NULL: none */
    const char *basic; /* basicConstraints; NULL: none */
    const char *usage; /* keyUsage; NULL: none */
    const char *eku;   /* extendedKeyUsage; NULL: none */
    const EVP_MD *md;  /* NULL: SHA-256 */
    long from, until;  /* seconds from now; until 0: in a year */
    bool v1;
    X509 *issuer; /* NULL: self-signed */
    EVP_PKEY *issuer_key;
};

static inline EVP_PKEY *make_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static inline void add_extension(X509 *x, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(x, e, -1), 1);
    X509_EXTENSION_free(e);
}

static inline X509 *make_certificate(const struct recipe *r, EVP_PKEY *key)
{
    static long serial = 1;
    X509 *x = X509_new();
    assert_non_null(x);
    assert_int_equal(X509_set_version(x, r->v1 ? 0 : 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), r->from);
    X509_gmtime_adj(X509_getm_notAfter(x), r->until != 0 ? r->until : 365 * 86400);
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                                (const unsigned char *)r->cn, -1, -1, 0),
                     1);
    X509_set_issuer_name(x, X509_get_subject_name(r->issuer != NULL ? r->issuer : x));
    X509_set_pubkey(x, key);
    add_extension(x, NID_subject_alt_name, r->names);
    add_extension(x, NID_basic_constraints, r->basic);
    add_extension(x, NID_key_usage, r->usage);
    add_extension(x, NID_ext_key_usage, r->eku);
    assert_true(X509_sign(x, r->issuer_key != NULL ? r->issuer_key : key,
                          r->md != NULL ? r->md : EVP_sha256()) > 0);
    return x;
}

/* The DER form of `x`; free() it. */
static inline unsigned char *der_of(X509 *x, size_t *size)
{
    unsigned char *der = NULL;
    int length = i2d_X509(x, &der);
    assert_true(length > 0);
    unsigned char *copy = malloc((size_t)length);
    assert_non_null(copy);
    memcpy(copy, der, (size_t)length);
    OPENSSL_free(der);
    *size = (size_t)length;
    return copy;
}

/* What OpenSSL wrote to `bio`, as text; frees the BIO. free() the text. */
static inline char *bio_text(BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    memcpy(text, data, (size_t)size);
    BIO_free(bio);
    return text;
}

static inline char *pem_of(X509 *x)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, x), 1);
    return bio_text(bio);
}

#endif

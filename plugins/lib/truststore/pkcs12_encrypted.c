/*
 * The encrypted safes of PKCS#12: EncryptedData { INTEGER 0, { data, algorithm, [0] octets } },
 * where the algorithm is PBES2 (RFC 8018) or one of the older schemes of RFC 7292, appendix C.
 *
 * What is taken is what Java takes; OpenSSL does the work. From OpenSSL 3 on RC2 and RC4 are in its
 * provider "legacy", which is loaded while they are used.
 */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/provider.h>
#endif

#include "pkcs12.h"
#include "pkcs12_oid.h"

enum { MOST_SIZE = INT_MAX - EVP_MAX_BLOCK_LENGTH };

#define FORM(cipher) "PKCS#12, encrypted (" cipher ")"
#define CONVERT                                                                                    \
    "convert the store: keytool -importkeystore -srckeystore OLD -destkeystore NEW "               \
    "-deststoretype PKCS12"

/* Java's schemes; the last byte of those of RFC 7292 says which. */
static const struct scheme {
    const char *oid;
    size_t size;
    const char *form;
} schemes[] = {
    {OID_PBES2, sizeof OID_PBES2 - 1, FORM("PBES2")},
    {OID_PBE_SHA1 "\x03", sizeof OID_PBE_SHA1, FORM("3DES")},
    {OID_PBE_SHA1 "\x06", sizeof OID_PBE_SHA1, FORM("40-bit RC2")},
    {OID_PBE_SHA1 "\x05", sizeof OID_PBE_SHA1, FORM("128-bit RC2")},
    {OID_PBE_SHA1 "\x02", sizeof OID_PBE_SHA1, FORM("40-bit RC4")},
    {OID_PBE_SHA1 "\x01", sizeof OID_PBE_SHA1, FORM("128-bit RC4")},
};

static const struct scheme *scheme_of(const struct der *oid)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (der_is(oid, schemes[i].oid, schemes[i].size))
            return &schemes[i];
    return NULL;
}

/* { OCTET STRING salt, INTEGER iterations, more? }; the rest stays in `span`. */
static bool read_salt(struct der_span *span, struct der *ret_count)
{
    struct der salt;
    return der_expect(span, DER_TAG_OCTETS, &salt) && !der_end(&salt.content) &&
           der_expect(span, DER_TAG_INTEGER, ret_count);
}

/* PBKDF2 { salt, iterations, INTEGER key size?, { HMAC, NULL? }? }. */
static bool read_kdf(struct der_span *span, struct der *ret_count)
{
    struct der kdf, oid, parameters, length, hmac;
    if (!der_expect(span, DER_TAG_SEQUENCE, &kdf) || !der_expect(&kdf.content, DER_TAG_OID, &oid) ||
        !IS(&oid, OID_PBKDF2) || !der_expect(&kdf.content, DER_TAG_SEQUENCE, &parameters) ||
        !der_end(&kdf.content) || !read_salt(&parameters.content, ret_count))
        return false;
    if (der_expect(&parameters.content, DER_TAG_INTEGER, &length) && der_size(&length.content) > 2)
        return false;
    if (der_end(&parameters.content))
        return true; /* SHA-1 */
    if (!der_expect(&parameters.content, DER_TAG_SEQUENCE, &hmac) ||
        !der_end(&parameters.content) || !der_expect(&hmac.content, DER_TAG_OID, &oid))
        return false;
    unsigned which = LAST(&oid, OID_HMAC);
    return which >= HMAC_SHA1 && which <= HMAC_SHA512;
}

/* PBES2 { PBKDF2, { AES, OCTET STRING } }. */
static bool read_pbes2(struct der_span *span, struct der *ret_count)
{
    struct der cipher, oid, iv;
    if (!read_kdf(span, ret_count) || !der_expect(span, DER_TAG_SEQUENCE, &cipher) ||
        !der_expect(&cipher.content, DER_TAG_OID, &oid) ||
        !der_expect(&cipher.content, DER_TAG_OCTETS, &iv) || !der_end(&cipher.content))
        return false;
    unsigned which = LAST(&oid, OID_AES);
    return (which == AES_128_CBC || which == AES_256_CBC) && der_size(&iv.content) == 16;
}

static enum truststore_status read_algorithm(const struct truststore *store, struct der_span span,
                                             struct pkcs12_encrypted *ret,
                                             struct truststore_error *error)
{
    struct der oid, parameters, count = {0};
    size_t offset = (size_t)(span.at - store->data);
    const struct scheme *scheme = der_expect(&span, DER_TAG_OID, &oid) ? scheme_of(&oid) : NULL;
    bool known = scheme != NULL && der_expect(&span, DER_TAG_SEQUENCE, &parameters) &&
                 der_end(&span) &&
                 (IS(&oid, OID_PBES2) ? read_pbes2(&parameters.content, &count)
                                      : read_salt(&parameters.content, &count)) &&
                 der_end(&parameters.content);
    if (!known)
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                               "its certificates are encrypted in a way that Java does not take "
                               "either, at byte %zu (handled: PBES2 with 128 and 256 bits of AES, "
                               "3DES, RC2, RC4)",
                               offset);
    ret->form = scheme->form;
    ret->iterations = pkcs12_iterations(&count);
    if (ret->iterations == 0)
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                               "its certificates are encrypted with an iteration count that Java "
                               "does not take either, at byte %zu (handled: 1 to %d)",
                               offset, PKCS12_MOST_ITERATIONS);
    return TRUSTSTORE_OK;
}

enum truststore_status pkcs12_encrypted_read(const struct truststore *store,
                                             const struct der *element,
                                             struct pkcs12_encrypted *ret,
                                             struct truststore_error *error)
{
    struct der_span body = element->content;
    struct der version, info, oid, content;
    size_t offset = (size_t)(element->start - store->data);
    if (element->tag != DER_TAG_SEQUENCE || !der_expect(&body, DER_TAG_INTEGER, &version) ||
        !der_expect(&body, DER_TAG_SEQUENCE, &info) || !der_end(&body) ||
        !der_expect(&info.content, DER_TAG_OID, &oid) || !IS(&oid, OID_DATA) ||
        !der_expect(&info.content, DER_TAG_SEQUENCE, &ret->algorithm) ||
        !der_expect(&info.content, DER_TAG_CONTEXT_0_OCTETS, &content) || !der_end(&info.content) ||
        der_size(&content.content) > MOST_SIZE)
        return truststore_fail(error, TRUSTSTORE_BROKEN,
                               "its encrypted part, at byte %zu, is garbled or not in DER", offset);
    ret->content = content.content;
    return read_algorithm(store, ret->algorithm.content, ret, error);
}

/* --- OpenSSL --- */

enum outcome { DONE, NOT_INSTALLED, NOT_POSSIBLE, BAD_PADDING, NO_MEMORY };

/* Appends to `out` what comes of `in`. */
static enum outcome run_cipher(const X509_ALGOR *how, const char *password, bool encrypt,
                               const struct der_span *in, struct bytes *out)
{
    int size = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bytes_reserve(out, der_size(in) + EVP_MAX_BLOCK_LENGTH);
    enum outcome outcome = context == NULL || out->failed ? NO_MEMORY : NOT_POSSIBLE;
    if (outcome != NO_MEMORY &&
        EVP_PBE_CipherInit(how->algorithm, password, -1, how->parameter, context, encrypt) == 1 &&
        EVP_CipherUpdate(context, out->data + out->size, &size, in->at, (int)der_size(in)) == 1)
        outcome = EVP_CipherFinal_ex(context, out->data + out->size + size, &rest) == 1
                      ? DONE
                      : BAD_PADDING;
    if (outcome == DONE) {
        out->size += (size_t)size + (size_t)rest;
        out->data[out->size] = '\0';
    }
    EVP_CIPHER_CTX_free(context);
    return outcome;
}

/* OpenSSL 1.1.1 has all of them at hand. */
static bool needs_provider(const X509_ALGOR *how)
{
    int scheme = OBJ_obj2nid(how->algorithm);
    return OPENSSL_VERSION_NUMBER >= 0x30000000L && scheme != NID_pbes2 &&
           scheme != NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
}

static enum outcome crypt_content(const struct truststore *store, const unsigned char *algorithm,
                                  size_t algorithm_size, bool encrypt, const struct der_span *in,
                                  struct bytes *out)
{
    X509_ALGOR *how = d2i_X509_ALGOR(NULL, &algorithm, (long)algorithm_size);
    if (how == NULL)
        return NOT_POSSIBLE;
    enum outcome outcome = NOT_INSTALLED;
    if (!needs_provider(how))
        outcome = run_cipher(how, store->password, encrypt, in, out);
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    OSSL_PROVIDER *provider =
        needs_provider(how) ? OSSL_PROVIDER_try_load(NULL, "legacy", 1) : NULL;
    if (provider != NULL) {
        outcome = run_cipher(how, store->password, encrypt, in, out);
        (void)OSSL_PROVIDER_unload(provider);
    }
#endif
    X509_ALGOR_free(how);
    ERR_clear_error();
    return outcome;
}

static enum truststore_status fail_crypt(enum outcome outcome, const char *form,
                                         struct truststore_error *error)
{
    switch (outcome) {
    case DONE:
        return TRUSTSTORE_OK;
    case NOT_INSTALLED:
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                               "it is %s, and OpenSSL's legacy provider, which that takes, cannot "
                               "be loaded: install it (legacy.so; package openssl-provider-legacy, "
                               "libssl3 or openssl-libs), or " CONVERT,
                               form);
    case NOT_POSSIBLE:
        return truststore_fail(
            error, TRUSTSTORE_UNSUPPORTED,
            "it is %s, which OpenSSL is not allowed or not able to do here: " CONVERT, form);
    case BAD_PADDING:
        return truststore_fail(error, TRUSTSTORE_PASSWORD,
                               "it is %s, and does not decrypt: the store password is another one, "
                               "or bytes of the store were changed",
                               form);
    case NO_MEMORY:
        break;
    }
    return truststore_no_memory(error);
}

enum truststore_status pkcs12_decrypt(const struct truststore *store,
                                      const struct pkcs12_encrypted *encrypted, struct bytes *out,
                                      struct truststore_error *error)
{
    enum outcome outcome =
        crypt_content(store, encrypted->algorithm.start, encrypted->algorithm.size, false,
                      &encrypted->content, out);
    /* One wrong key in 256 gives a padding that looks right, and RC4 has none. */
    if (outcome == DONE &&
        (out->size == 0 || truststore_der_block(out->data, out->size) != out->size))
        outcome = BAD_PADDING;
    if (outcome != DONE)
        bytes_wipe(out);
    return fail_crypt(outcome, encrypted->form, error);
}

/* With the salt and IV that were found. That the same input gives the same bytes is wanted here;
 * what it gives away, to one who has an older copy too, is which bags are the same (with RC4 the
 * bags themselves, whose certificates are public), and every store is readable with a password that
 * Java ships or a script holds. What may not be given away is not here: check_safe() of
 * truststore_edit.c refuses it. */
enum truststore_status pkcs12_encrypt(const struct truststore *store,
                                      const struct truststore_sealed *sealed,
                                      const struct bytes *bags, struct bytes *out,
                                      struct truststore_error *error)
{
    struct bytes content = {0}, info = {0}, data = {0};
    struct der_span in = {bags->data, bags->data + bags->size};
    if (bags->size > MOST_SIZE)
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED, "it would be too large");
    enum outcome outcome =
        crypt_content(store, sealed->algorithm, sealed->algorithm_size, true, &in, &content);
    if (outcome == DONE) {
        PUT_OID(&info, OID_DATA);
        bytes_add(&info, sealed->algorithm, sealed->algorithm_size);
        der_put(&info, DER_TAG_CONTEXT_0_OCTETS, content.data, content.size);
        der_put(&data, DER_TAG_INTEGER, "\0", 1);
        der_put(&data, DER_TAG_SEQUENCE, info.data, info.size);
        der_put(out, DER_TAG_SEQUENCE, data.data, data.size);
        if (info.failed || data.failed || out->failed)
            outcome = NO_MEMORY;
    }
    bytes_free(&content);
    bytes_free(&info);
    bytes_free(&data);
    return fail_crypt(outcome, sealed->form, error);
}

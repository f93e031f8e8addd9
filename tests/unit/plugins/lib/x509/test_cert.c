#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bytes.h"
#include "cert.h"
#include "cert_make.h"

#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

static EVP_PKEY *key;
static X509 *scm1;
static unsigned char *scm1_der;
static size_t scm1_size;
static char *scm1_pem;

static int set_up(void **state)
{
    (void)state;
    key = make_key();
    scm1 = make_certificate(&(struct recipe){.cn = "scm1", .names = "DNS:scm1.example.com"}, key);
    scm1_der = der_of(scm1, &scm1_size);
    scm1_pem = pem_of(scm1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    X509_free(scm1);
    free(scm1_der);
    free(scm1_pem);
    return 0;
}

static struct bytes text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static struct bytes text_of(const char *format, ...)
{
    char text[16384];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert_in_range(length, 0, sizeof(text) - 1);
    struct bytes b = {0};
    bytes_add(&b, text, (size_t)length);
    return b;
}

/* Reads and frees `b`; on CERT_OK every certificate of it is scm1. Gives the count. */
static size_t expect(struct bytes b, enum cert_status status)
{
    struct cert_list list;
    enum cert_status got = cert_read(b.data, b.size, &list);
    assert_string_equal(cert_status_text(got), cert_status_text(status));
    size_t count = list.count;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list.certs[i].size, scm1_size);
        assert_memory_equal(list.certs[i].der, scm1_der, scm1_size);
    }
    if (status != CERT_OK)
        assert_int_equal(count, 0);
    cert_list_free(&list);
    bytes_free(&b);
    return count;
}

static struct bytes der_bytes(const void *data, size_t size)
{
    struct bytes b = {0};
    bytes_add(&b, data, size);
    return b;
}

static char *with_crlf(const char *text)
{
    char *out = calloc(2, strlen(text) + 1);
    assert_non_null(out);
    for (size_t at = 0; *text != '\0'; text++) {
        if (*text == '\n')
            out[at++] = '\r';
        out[at++] = *text;
    }
    return out;
}

static void reads_pem_and_der(void **state)
{
    (void)state;
    assert_int_equal(expect(text_of("%s", scm1_pem), CERT_OK), 1);
    assert_int_equal(expect(der_bytes(scm1_der, scm1_size), CERT_OK), 1);
    assert_int_equal(expect(text_of("%s%s", scm1_pem, scm1_pem), CERT_OK), 2);
}

static void tolerates_text_crlf_cr_and_bom(void **state)
{
    (void)state;
    assert_int_equal(expect(text_of("Bag Attributes\n  friendlyName: x\n%s\nissuer=y\n%s# end",
                                    scm1_pem, scm1_pem),
                            CERT_OK),
                     2);
    assert_int_equal(expect(text_of("\xef\xbb\xbf%s", scm1_pem), CERT_OK), 1);
    char *crlf = with_crlf(scm1_pem);
    assert_int_equal(expect(text_of("%s", crlf), CERT_OK), 1);
    free(crlf);
    struct bytes cr = text_of("%s", scm1_pem);
    for (size_t i = 0; i < cr.size; i++)
        if (cr.data[i] == '\n')
            cr.data[i] = '\r';
    assert_int_equal(expect(cr, CERT_OK), 1);
    struct bytes open_end = text_of("%s", scm1_pem);
    open_end.size--; /* no newline at the end of the file */
    assert_int_equal(expect(open_end, CERT_OK), 1);
}

static void reads_old_and_trusted_labels(void **state)
{
    (void)state;
    struct bytes old = {0};
    bytes_text(&old, "-----BEGIN X509 CERTIFICATE-----");
    const char *body = scm1_pem + strlen("-----BEGIN CERTIFICATE-----");
    const char *end = strstr(body, "-----END");
    bytes_add(&old, body, (size_t)(end - body));
    bytes_text(&old, "-----END X509 CERTIFICATE-----\n");
    assert_int_equal(expect(old, CERT_OK), 1);

    X509 *trusted = X509_dup(scm1);
    assert_int_equal(X509_add1_trust_object(trusted, OBJ_nid2obj(NID_server_auth)), 1);
    assert_int_equal(X509_keyid_set1(trusted, (unsigned char *)"id", 2), 1);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509_AUX(bio, trusted), 1);
    char *text = bio_text(bio);
    assert_non_null(strstr(text, "TRUSTED CERTIFICATE"));
    assert_int_equal(expect(text_of("%s", text), CERT_OK), 1);
    free(text);
    X509_free(trusted);
}

/* Signed data with `count` certificates, as authorities hand them out; freed by the caller. */
static unsigned char *pkcs7_of(X509 *cert, int count, size_t *ret_size)
{
    PKCS7 *p7 = PKCS7_new();
    assert_int_equal(PKCS7_set_type(p7, NID_pkcs7_signed), 1);
    assert_int_equal(PKCS7_content_new(p7, NID_pkcs7_data), 1);
    for (int i = 0; i < count; i++)
        assert_int_equal(PKCS7_add_certificate(p7, cert), 1);
    unsigned char *der = NULL;
    int size = i2d_PKCS7(p7, &der);
    assert_true(size > 0);
    PKCS7_free(p7);
    *ret_size = (size_t)size;
    return der;
}

static void reads_the_certificates_of_pkcs7(void **state)
{
    (void)state;
    size_t size = 0;
    unsigned char *der = pkcs7_of(scm1, 2, &size);
    assert_int_equal(expect(der_bytes(der, size), CERT_OK), 2);
    (void)expect(der_bytes(der, size - 1), CERT_BROKEN);
    BIO *out = BIO_new(BIO_s_mem());
    assert_true(PEM_write_bio(out, "PKCS7", "", der, (long)size) > 0);
    char *pem = NULL;
    long length = BIO_get_mem_data(out, &pem);
    assert_int_equal(expect(text_of("%.*s%s", (int)length, pem, scm1_pem), CERT_OK), 3);
    BIO_free(out);
    OPENSSL_free(der);
    der = pkcs7_of(scm1, 0, &size);
    (void)expect(der_bytes(der, size), CERT_NONE);
    OPENSSL_free(der);
}

static void refuses_what_holds_no_certificate(void **state)
{
    (void)state;
    expect((struct bytes){0}, CERT_NONE);
    expect(text_of("\xef\xbb\xbf"), CERT_NONE);
    expect(text_of("nothing here\n"), CERT_NONE);
    expect(text_of("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"), CERT_NONE);
    expect(text_of("%c%c%c", 1, 2, 3), CERT_NONE);
}

static void refuses_certificates_cut_off_or_garbled(void **state)
{
    (void)state;
    size_t length = strlen(scm1_pem);
    for (size_t cut = 30; cut < length - 2; cut += 7)
        expect(text_of("%.*s", (int)cut, scm1_pem), CERT_BROKEN);
    expect(text_of("%s", scm1_pem + 40), CERT_BROKEN);
    for (size_t cut = 5; cut < scm1_size; cut += 13)
        expect(der_bytes(scm1_der, cut), CERT_BROKEN);
    expect(text_of("%.*s%s", (int)(length / 2), scm1_pem, scm1_pem), CERT_BROKEN);
    struct bytes garbled = text_of("%s", scm1_pem);
    garbled.data[100] = '!';
    expect(garbled, CERT_BROKEN);
    struct bytes trailing = der_bytes(scm1_der, scm1_size);
    bytes_text(&trailing, "\n");
    expect(trailing, CERT_BROKEN);
    expect(text_of("  %s", scm1_pem), CERT_BROKEN);
    expect(text_of("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), CERT_BROKEN);
}

static void one_broken_block_spoils_the_file(void **state)
{
    (void)state;
    expect(text_of("%s%.*s", scm1_pem, 200, scm1_pem), CERT_BROKEN);
    expect(text_of("%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", scm1_pem),
           CERT_BROKEN);
}

static void refuses_pem_keys_of_every_label_and_place(void **state)
{
    (void)state;
    static const char *const labels[] = {
        "PRIVATE KEY",         "RSA PRIVATE KEY",       "EC PRIVATE KEY", "DSA PRIVATE KEY",
        "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "ANY PRIVATE KEY"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        expect(
            text_of("-----BEGIN %s-----\nx\n-----END %s-----\n%s", labels[i], labels[i], scm1_pem),
            CERT_PRIVATE_KEY);
        expect(text_of("%stext\n-----BEGIN %s-----", scm1_pem, labels[i]), CERT_PRIVATE_KEY);
        expect(text_of("%sAAAA\n-----END %s-----\n", scm1_pem, labels[i]), CERT_PRIVATE_KEY);
        expect(text_of("%.*s\n-----BEGIN %s-----\n", 100, scm1_pem, labels[i]), CERT_PRIVATE_KEY);
    }
    expect(text_of("PuTTY-User-Key-File-2: ssh-rsa\n"), CERT_PRIVATE_KEY);
    expect(text_of("-----BEGIN PGP PRIVATE KEY BLOCK-----\n"), CERT_PRIVATE_KEY);
    expect(text_of("%s-----BEGIN PKCS12-----\n", scm1_pem), CERT_PRIVATE_KEY);
}

static void refuses_key_in_utf16_text(void **state)
{
    (void)state;
    struct bytes b = {0};
    bytes_text(&b, "\xff\xfe");
    for (const char *at = "-----BEGIN PRIVATE KEY-----\n"; *at != '\0'; at++) {
        bytes_u8(&b, (unsigned char)*at);
        bytes_u8(&b, 0);
    }
    expect(b, CERT_PRIVATE_KEY);
}

static void refuses_key_under_certificate_label(void **state)
{
    (void)state;
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key);
    int size = i2d_PKCS8_PRIV_KEY_INFO(p8, &der);
    assert_true(size > 0);
    struct bytes pem = {0};
    cert_pem(der, (size_t)size, &pem);
    bytes_text(&pem, scm1_pem);
    expect(pem, CERT_PRIVATE_KEY);
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(p8);
}

static void expect_key_der(unsigned char *der, int size)
{
    assert_true(size > 0);
    expect(der_bytes(der, (size_t)size), CERT_PRIVATE_KEY);
    expect(der_bytes(der, (size_t)size - 20), CERT_PRIVATE_KEY);
    struct bytes behind = der_bytes(scm1_der, scm1_size);
    bytes_add(&behind, der, (size_t)size);
    expect(behind, CERT_PRIVATE_KEY);
    OPENSSL_free(der);
}

static void refuses_der_keys(void **state)
{
    (void)state;
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key);
    int size = i2d_PKCS8_PRIV_KEY_INFO(p8, &der);
    expect_key_der(der, size);
    der = NULL;
    size = i2d_PrivateKey(key, &der);
    expect_key_der(der, size);

    X509_SIG *sealed = PKCS8_encrypt(-1, EVP_aes_128_cbc(), "pw", 2, NULL, 0, 10, p8);
    assert_non_null(sealed);
    der = NULL;
    size = i2d_X509_SIG(sealed, &der);
    expect_key_der(der, size);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(p8);

    EVP_PKEY *rsa = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &rsa), 1);
    der = NULL;
    size = i2d_PrivateKey(rsa, &der);
    expect_key_der(der, size);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(rsa);
}

static void refuses_key_stores(void **state)
{
    (void)state;
    PKCS12 *p12 = PKCS12_create("pw", "x", key, scm1, NULL, 0, 0, 1, 1, 0);
    assert_non_null(p12);
    unsigned char *der = NULL;
    int size = i2d_PKCS12(p12, &der);
    expect_key_der(der, size);
    PKCS12_free(p12);
    expect(der_bytes("\xfe\xed\xfe\xed\0\0\0\2", 8), CERT_PRIVATE_KEY);
    expect(der_bytes("\xce\xce\xce\xce\0\0\0\2", 8), CERT_PRIVATE_KEY);
    expect(der_bytes("\x30\x80\x02\x01\x03\x30\x80\x06", 8), CERT_PRIVATE_KEY);
}

static void writes_pem_as_openssl_does(void **state)
{
    (void)state;
    struct bytes out = {0};
    cert_pem(scm1_der, scm1_size, &out);
    assert_false(out.failed);
    assert_string_equal((char *)out.data, scm1_pem);
    bytes_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_pem_and_der),
        cmocka_unit_test(tolerates_text_crlf_cr_and_bom),
        cmocka_unit_test(reads_old_and_trusted_labels),
        cmocka_unit_test(refuses_what_holds_no_certificate),
        cmocka_unit_test(refuses_certificates_cut_off_or_garbled),
        cmocka_unit_test(one_broken_block_spoils_the_file),
        cmocka_unit_test(refuses_pem_keys_of_every_label_and_place),
        cmocka_unit_test(refuses_key_in_utf16_text),
        cmocka_unit_test(refuses_key_under_certificate_label),
        cmocka_unit_test(reads_the_certificates_of_pkcs7),
        cmocka_unit_test(refuses_der_keys),
        cmocka_unit_test(refuses_key_stores),
        cmocka_unit_test(writes_pem_as_openssl_does),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

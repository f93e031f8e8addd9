#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "pgkey.h"

struct text {
    char *data;
    size_t size;
};

static EVP_PKEY *new_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    assert_non_null(context);
    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1), 1);
    assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

static struct text pem_of(EVP_PKEY *key, char *passphrase, const char *before)
{
    struct text text = {0};
    char *data = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    assert_true(BIO_puts(bio, before) >= 0);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
                         bio, key, passphrase == NULL ? NULL : EVP_aes_256_cbc(), passphrase,
                         passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL),
                     1);
    text.size = (size_t)BIO_get_mem_data(bio, &data);
    text.data = malloc(text.size); /* exactly sized */
    assert_non_null(text.data);
    memcpy(text.data, data, text.size);
    BIO_free(bio);
    return text;
}

static struct text cert_of(EVP_PKEY *key)
{
    struct text text = {0};
    unsigned char *der = NULL;
    X509 *cert = X509_new();
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    text.size = (size_t)i2d_X509(cert, &der);
    text.data = (char *)der;
    X509_free(cert);
    return text;
}

static void a_key_is_judged_by_its_content(void **state)
{
    (void)state;
    EVP_PKEY *key = new_key(), *other = new_key();
    struct text cert = cert_of(key);
    struct text plain = pem_of(key, NULL, "some text\n"), foreign = pem_of(other, NULL, "");
    char passphrase[] = "hunter2"; /* OpenSSL 1.1.1 takes it unqualified */
    struct text closed = pem_of(key, passphrase, "");
    assert_int_equal(pgkey_check(cert.data, cert.size, plain.data, plain.size), PGKEY_OK);
    assert_int_equal(pgkey_check(cert.data, cert.size, foreign.data, foreign.size), PGKEY_MISMATCH);
    assert_int_equal(pgkey_check(cert.data, cert.size, closed.data, closed.size), PGKEY_ENCRYPTED);
    assert_int_equal(pgkey_check(cert.data, cert.size, "", 0), PGKEY_NONE);
    assert_int_equal(pgkey_check(cert.data, cert.size, cert.data, cert.size), PGKEY_NONE);
    size_t whole = 0;
    for (size_t size = 0; size < plain.size; size++)
        whole += pgkey_check(cert.data, cert.size, plain.data, size) == PGKEY_OK;
    assert_true(whole <= 1); /* only the last newline may be missing */
    free(plain.data);
    free(foreign.data);
    free(closed.data);
    OPENSSL_free(cert.data);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

static void owner_and_mode_are_judged_as_postgresql_does(void **state)
{
    (void)state;
    static const char group[] = "root:x:0:\nssl-cert:x:107:www,postgres\nother:x:108:postgresql\n";
    const struct pg_user user = {101, 104, group, sizeof group - 1, "postgres"};
    static const struct {
        struct pg_file key;
        enum pgkey_verdict verdict;
    } cases[] = {
        {{101, 104, 0600}, PGKEY_OK},         {{101, 0, 0400}, PGKEY_OK},
        {{101, 104, 0640}, PGKEY_OPEN_USER},  {{101, 104, 0604}, PGKEY_OPEN_USER},
        {{101, 104, 0200}, PGKEY_UNREADABLE}, {{0, 104, 0640}, PGKEY_OK},
        {{0, 107, 0640}, PGKEY_OK},           {{0, 107, 0440}, PGKEY_OK},
        {{0, 108, 0640}, PGKEY_UNREADABLE},   {{0, 0, 0640}, PGKEY_UNREADABLE},
        {{0, 0, 0600}, PGKEY_UNREADABLE},     {{0, 104, 0660}, PGKEY_OPEN_ROOT},
        {{0, 104, 0644}, PGKEY_OPEN_ROOT},    {{33, 104, 0600}, PGKEY_OWNER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(pgkey_access(&cases[i].key, &user), cases[i].verdict);
}

static void the_database_user_is_found_by_name(void **state)
{
    (void)state;
    static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                                 "postgresx:x:1:1::/:/bin/sh\n"
                                 "\n"
                                 "postgres:x:none:1::/:/bin/sh\n"
                                 "postgres:x:26:27";
    unsigned uid = 99, gid = 99;
    assert_true(pg_user_find(passwd, sizeof passwd - 1, "postgres", &uid, &gid));
    assert_int_equal(uid, 26);
    assert_int_equal(gid, 27);
    assert_false(pg_user_find(passwd, 50, "postgres", &uid, &gid));
    assert_false(pg_user_find("", 0, "postgres", &uid, &gid));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_judged_by_its_content),
        cmocka_unit_test(owner_and_mode_are_judged_as_postgresql_does),
        cmocka_unit_test(the_database_user_is_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

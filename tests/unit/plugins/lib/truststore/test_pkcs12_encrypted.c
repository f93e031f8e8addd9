/* Encrypted PKCS#12: read, written again in the form found, and what is refused. */
#include <openssl/crypto.h>

#include "truststore_fixture.h"

static const struct {
    const char *file, *form;
} stores[] = {
    {"encrypted.p12", "PKCS#12, encrypted (PBES2)"},
    {"encrypted-no-mac.p12", "PKCS#12, encrypted (PBES2)"},
    {"encrypted-openssl.p12", "PKCS#12, encrypted (PBES2)"},
    {"encrypted-rc2.p12", "PKCS#12, encrypted (40-bit RC2)"},
    {"encrypted-3des.p12", "PKCS#12, encrypted (3DES)"},
    {"encrypted-rc4.p12", "PKCS#12, encrypted (128-bit RC4)"},
};
enum { STORES = sizeof stores / sizeof stores[0] };

static void assert_open_fails(const struct bytes *b, const char *password,
                              enum truststore_status status, const char *text)
{
    struct truststore *store = NULL;
    struct truststore_error error;
    assert_int_equal(truststore_open(b->data, b->size, password, &store, &error), status);
    assert_null(store);
    assert_non_null(strstr(error.text, text));
    assert_null(strstr(error.text, password));
    assert_null(strchr(error.text, '\n'));
    assert_true(strlen(error.text) + 1 < sizeof error.text);
}

static void encrypts_again_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct truststore *store = open_store(stores[i].file);
        assert_string_equal(truststore_form_text(store), stores[i].form);
        add(store, "scm1", "c.der");
        assert_true(truststore_find_alias(store, "scm1")->sealed);
        struct bytes b = written(store), again = written(store);
        struct truststore *after = open_bytes(&b);
        assert_int_equal(again.size, b.size);
        assert_memory_equal(again.data, b.data, b.size);
        assert_int_equal(after->sealed_count, 1);
        assert_int_equal(after->sealed[0].algorithm_size, store->sealed[0].algorithm_size);
        assert_memory_equal(after->sealed[0].algorithm, store->sealed[0].algorithm,
                            store->sealed[0].algorithm_size);
        assert_true(truststore_find_alias(after, "scm1")->trusted);
        bytes_free(&b);
        bytes_free(&again);
        truststore_free(store);
        truststore_free(after);
    }
}

static void keeps_an_encrypted_part_that_no_edit_touches(void **state)
{
    (void)state;
    struct truststore *store = open_store("encrypted-with-plain.p12");
    add(store, "scm1", "a-renewed.der");
    struct bytes b = written(store);
    assert_non_null(memmem(b.data, b.size, store->sealed[0].raw, store->sealed[0].raw_size));
    bytes_free(&b);
    truststore_free(store);
}

static void adds_in_the_clear_where_a_store_has_both(void **state)
{
    (void)state;
    static const char *const files[] = {"encrypted-with-plain.p12", "encrypted-hides-plain.p12"};
    for (size_t i = 0; i < 2; i++) {
        struct truststore *store = open_store(files[i]);
        add(store, "scm1", "a-renewed.der");
        assert_false(truststore_find_alias(store, "scm1")->sealed);
        truststore_free(store);
    }
}

static void renews_in_the_clear_for_a_jvm_without_a_password(void **state)
{
    (void)state;
    struct truststore *store = open_store("encrypted-with-plain.p12");
    struct bytes der = load("a-renewed.der");
    struct truststore_error error;
    truststore_blind(store);
    assert_int_equal(truststore_replace(store, "a", 0, der.data, der.size, &error), TRUSTSTORE_OK);
    struct bytes b = written(store);
    struct truststore *after = open_bytes(&b);
    assert_int_equal(after->count, 3);
    truststore_blind(after);
    assert_true(truststore_find_alias(after, "a")->trusted);
    assert_int_equal(truststore_trusted(after), 2);
    bytes_free(&b);
    bytes_free(&der);
    truststore_free(store);
    truststore_free(after);
}

static void tells_a_wrong_password_and_never_shows_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct bytes b = load(stores[i].file);
        assert_open_fails(&b, "hunter2", TRUSTSTORE_PASSWORD, "the store password is another one");
        bytes_free(&b);
    }
}

/* Without a MAC one wrong password in 256 leaves a padding that looks right. */
static void tells_every_wrong_password_without_a_mac(void **state)
{
    (void)state;
    struct bytes b = load("encrypted-no-mac.p12");
    for (unsigned i = 0; i < 600; i++) {
        char password[16];
        (void)snprintf(password, sizeof password, "wrong-%u", i);
        assert_open_fails(&b, password, TRUSTSTORE_PASSWORD, "the store password is another one");
    }
    bytes_free(&b);
}

static void refuses_to_encrypt_a_bare_key_again(void **state)
{
    (void)state;
    struct truststore *store = open_store("encrypted-other-bag.p12");
    struct bytes before = load("encrypted-other-bag.p12"), der = load("c.der");
    struct truststore_error error;
    assert_int_equal(truststore_add(store, "scm1", 0, der.data, der.size, &error),
                     TRUSTSTORE_REFUSED);
    assert_non_null(strstr(error.text, "beside certificates and encrypted keys"));
    assert_int_equal(truststore_replace(store, "a", 0, der.data, der.size, &error),
                     TRUSTSTORE_REFUSED);
    assert_int_equal(truststore_remove(store, "a", &error), TRUSTSTORE_REFUSED);
    struct bytes after = written(store);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    bytes_free(&before);
    bytes_free(&after);
    bytes_free(&der);
    truststore_free(store);
}

static void names_the_provider_that_is_missing(void **state)
{
    (void)state;
    static const char *const files[] = {"encrypted-rc2.p12", "encrypted-rc4.p12"};
    if (OpenSSL_version_num() < 0x30000000UL)
        skip(); /* it has them built in */
    assert_int_equal(setenv("OPENSSL_MODULES", "/nonexistent", 1), 0);
    for (size_t i = 0; i < 2; i++) {
        struct bytes b = load(files[i]);
        assert_open_fails(&b, "changeit", TRUSTSTORE_UNSUPPORTED, "OpenSSL's legacy provider");
        bytes_free(&b);
    }
    truststore_free(open_store("encrypted.p12"));
    truststore_free(open_store("encrypted-3des.p12"));
    assert_int_equal(unsetenv("OPENSSL_MODULES"), 0);
    truststore_free(open_store("encrypted-rc2.p12"));
}

/* The first place of `from`, written over with as many bytes of `to`. */
static struct bytes changed(const char *file, const char *from, const char *to, size_t size)
{
    struct bytes b = load(file);
    unsigned char *at = memmem(b.data, b.size, from, size);
    assert_non_null(at);
    memcpy(at, to, size);
    return b;
}

static void refuses_what_java_does_not_take(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t size;
        enum truststore_status status;
        const char *text;
    } cases[] = {
        /* 1,000 iterations, of which none, a negative count, and a longer number of a shorter key
         */
        {"\x02\x02\x03\xE8", "\x02\x02\x00\x00", 4, TRUSTSTORE_UNSUPPORTED, "iteration count"},
        {"\x02\x02\x03\xE8", "\x02\x02\x83\xE8", 4, TRUSTSTORE_UNSUPPORTED, "iteration count"},
        {"\x02\x02\x03\xE8\x02\x01\x10", "\x02\x05\x4C\x4B\x41\x01\x10", 7, TRUSTSTORE_UNSUPPORTED,
         "iteration count"},
        /* 192 bits of AES, HMAC-MD5, scrypt */
        {"\x03\x04\x01\x02\x04\x10", "\x03\x04\x01\x16\x04\x10", 6, TRUSTSTORE_UNSUPPORTED, "AES"},
        {"\xF7\x0D\x02\x09", "\xF7\x0D\x02\x05", 4, TRUSTSTORE_UNSUPPORTED, "AES"},
        {"\xF7\x0D\x01\x05\x0C", "\xF7\x0D\x01\x05\x0E", 5, TRUSTSTORE_UNSUPPORTED, "AES"},
        /* a key size that is not the cipher's */
        {"\x02\x01\x10\x30\x0C", "\x02\x01\x20\x30\x0C", 5, TRUSTSTORE_UNSUPPORTED, "not able"},
        {"\x01\x07\x06\xA0", "\x01\x07\x03\xA0", 4, TRUSTSTORE_UNSUPPORTED, "signed or sealed"},
        {"\x02\x01\x00\x30", "\x04\x01\x00\x30", 4, TRUSTSTORE_BROKEN, "garbled"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b =
            changed("encrypted-with-plain.p12", cases[i].from, cases[i].to, cases[i].size);
        assert_open_fails(&b, "changeit", cases[i].status, cases[i].text);
        bytes_free(&b);
    }
}

/* Each part is within Java's limit, and many of them are work for hours. */
static void limits_the_iterations_of_all_parts(void **state)
{
    (void)state;
    struct bytes b = load("encrypted-too-often.p12");
    assert_open_fails(&b, "changeit", TRUSTSTORE_UNSUPPORTED, "more than 5000000 iterations");
    bytes_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_provider_that_is_missing), /* before it is loaded */
        cmocka_unit_test(encrypts_again_as_it_was),
        cmocka_unit_test(keeps_an_encrypted_part_that_no_edit_touches),
        cmocka_unit_test(adds_in_the_clear_where_a_store_has_both),
        cmocka_unit_test(renews_in_the_clear_for_a_jvm_without_a_password),
        cmocka_unit_test(tells_a_wrong_password_and_never_shows_it),
        cmocka_unit_test(tells_every_wrong_password_without_a_mac),
        cmocka_unit_test(refuses_to_encrypt_a_bare_key_again),
        cmocka_unit_test(refuses_what_java_does_not_take),
        cmocka_unit_test(limits_the_iterations_of_all_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* JKS and JCEKS byte for byte, the digest, and aliases as Java reads and folds them. */
#include <openssl/sha.h>

#include "truststore_fixture.h"

#include "jks_alias.h"

static void lays_an_entry_out_as_java_does(void **state)
{
    (void)state;
    struct truststore *store = open_store("empty.jks");
    struct bytes der = load("c.der"), expected = {0};
    add(store, "scm1", "c.der");
    bytes_add(&expected, "\xFE\xED\xFE\xED\0\0\0\2\0\0\0\1", 12);
    bytes_add(&expected, "\0\0\0\2\0\4scm1\0\0\1\x8B\xCF\xE5\x68\0\0\5X.509", 25);
    bytes_u32(&expected, (uint32_t)der.size);
    bytes_add(&expected, der.data, der.size);
    struct bytes signed_bytes = {0};
    for (const char *at = "changeit"; *at != '\0'; at++)
        bytes_u16(&signed_bytes, (unsigned char)*at);
    bytes_text(&signed_bytes, "Mighty Aphrodite");
    bytes_add(&signed_bytes, expected.data, expected.size);
    unsigned char sum[SHA_DIGEST_LENGTH];
    SHA1(signed_bytes.data, signed_bytes.size, sum);
    bytes_add(&expected, sum, sizeof sum);
    struct bytes found = written(store);
    assert_int_equal(found.size, expected.size);
    assert_memory_equal(found.data, expected.data, expected.size);
    bytes_free(&found);
    bytes_free(&signed_bytes);
    bytes_free(&expected);
    bytes_free(&der);
    truststore_free(store);
}

static void leaves_the_type_out_in_version_1(void **state)
{
    (void)state;
    struct truststore *store = open_store("version1.jks");
    add(store, "scm1", "c.der");
    struct bytes b = written(store);
    struct truststore *after = open_bytes(&b);
    const struct truststore_entry *entry = truststore_find_alias(after, "scm1");
    assert_int_equal(entry->raw_size, 4 + 2 + 4 + 8 + 4 + entry->der_size);
    truststore_free(after);
    bytes_free(&b);
    truststore_free(store);
}

static void gives_the_same_bytes_for_the_same_input(void **state)
{
    (void)state;
    struct bytes out[2];
    for (int i = 0; i < 2; i++) {
        struct truststore *store = open_store("plain.jks");
        add(store, "scm1", "c.der");
        out[i] = written(store);
        truststore_free(store);
    }
    assert_int_equal(out[0].size, out[1].size);
    assert_memory_equal(out[0].data, out[1].data, out[0].size);
    bytes_free(&out[0]);
    bytes_free(&out[1]);
}

static enum truststore_status status_with(const struct bytes *b, const char *password,
                                          struct truststore_error *error)
{
    struct truststore *store = NULL;
    enum truststore_status status = truststore_open(b->data, b->size, password, &store, error);
    truststore_free(store);
    return status;
}

static void tells_a_wrong_password_from_a_store_cut_off(void **state)
{
    (void)state;
    struct bytes b = load("plain.jks");
    struct truststore_error error;
    assert_int_equal(status_with(&b, "hunter2", &error), TRUSTSTORE_PASSWORD);
    assert_null(strstr(error.text, "hunter2"));
    assert_non_null(strstr(error.text, "password"));
    assert_int_equal(status_with(&b, "changeit\xFF", &error), TRUSTSTORE_PASSWORD);
    b.size -= 30;
    assert_int_equal(status_with(&b, "hunter2", &error), TRUSTSTORE_BROKEN);
    assert_non_null(strstr(error.text, "cut off"));
    assert_true(byte_told(&error) > 12);
    bytes_free(&b);
}

static void takes_no_count_that_the_bytes_cannot_hold(void **state)
{
    (void)state;
    struct bytes b = load("plain.jks");
    struct truststore_error error;
    memcpy(b.data + 8, "\x7F\xFF\xFF\xFF", 4);
    assert_int_equal(status_with(&b, "changeit", &error), TRUSTSTORE_BROKEN);
    assert_int_equal(byte_told(&error), 8);
    bytes_free(&b);
}

static void names_a_version_that_java_does_not_know(void **state)
{
    (void)state;
    struct bytes b = load("plain.jks");
    struct truststore_error error;
    b.data[7] = 3;
    assert_int_equal(status_with(&b, "changeit", &error), TRUSTSTORE_UNSUPPORTED);
    assert_non_null(strstr(error.text, "version 3"));
    bytes_free(&b);
}

static void refuses_a_jceks_secret_key_by_name(void **state)
{
    (void)state;
    static const char secret[] =
        "\xCE\xCE\xCE\xCE\0\0\0\2\0\0\0\1\0\0\0\3\0\1s\0\0\0\0\0\0\0\0\xAC\xED"
        "sealed object of unknown length";
    struct bytes b = {0};
    bytes_add(&b, secret, sizeof secret - 1);
    struct truststore_error error;
    assert_int_equal(status_with(&b, "changeit", &error), TRUSTSTORE_UNSUPPORTED);
    assert_non_null(strstr(error.text, "secret key (tag 3)"));
    b.data[0] = 0xFE, b.data[1] = 0xED, b.data[2] = 0xFE, b.data[3] = 0xED;
    assert_int_equal(status_with(&b, "changeit", &error), TRUSTSTORE_BROKEN);
    bytes_free(&b);
}

static void keeps_aliases_beyond_ascii_as_they_are(void **state)
{
    (void)state;
    struct truststore *store = open_store("ghost-beyond-ascii.jks");
    assert_string_equal(store->entries[0].alias, "\xC3\xA4");
    assert_string_equal(store->entries[2].alias, "\xF0\x90\x90\xA8");          /* real UTF-8 */
    assert_string_equal(store->entries[2].folded, "\xED\xA0\x81\xED\xB0\xA8"); /* modified */
    assert_string_equal(store->entries[3].folded, store->entries[2].folded);
    truststore_free(store);
}

static char *folded(const char *text)
{
    struct bytes alias = {0}, fold = {0};
    assert_true(jks_alias_from_utf8(text, &alias));
    jks_alias_fold(&alias, &fold);
    char *out = jks_alias_text(&fold);
    bytes_free(&alias);
    bytes_free(&fold);
    return out;
}

static void folds_as_java_does(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"SCM1", "scm1"},
        {"scm-1.example", "scm-1.example"},
        {"\xC3\x84\xC3\x9F", "\xC3\xA4\xC3\x9F"}, /* A with diaeresis, sharp s */
        {"\xC4\xB0", "i\xCC\x87"},                /* I with dot: two code points */
        {"\xD0\x96", "\xD0\xB6"},                 /* Cyrillic */
        {"\xC4\x80\xC4\x81", "\xC4\x81\xC4\x81"}, /* every second one is upper case */
        {"\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"}, /* beyond the BMP */
        {"\xE2\x84\xAA", "k"},                    /* Kelvin sign */
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out = folded(cases[i][0]);
        assert_string_equal(out, cases[i][1]);
        free(out);
    }
}

static void reads_modified_utf8_as_java_does(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        long bad; /* -1: good */
    } cases[] = {
        {"a\0b", 3, -1},    {"\xC0\x80", 2, -1}, {"\xC1\x81", 2, -1}, {"\xED\xA0\x81", 3, -1},
        {"a\x80", 2, 1},    {"a\xC3", 2, 1},     {"\xE2\x84", 2, 0},  {"\xF0\x9F\x94\x92", 4, 0},
        {"\xC3\x28", 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes alias = {0};
        size_t bad = 0;
        bool good = jks_alias_from_modified_utf8((const unsigned char *)cases[i].bytes,
                                                 cases[i].size, &alias, &bad);
        assert_int_equal(good, cases[i].bad < 0);
        if (!good)
            assert_int_equal(bad, cases[i].bad);
        bytes_free(&alias);
    }
}

static void refuses_utf8_that_is_none(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE0\x80\x80", "\xFF"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes alias = {0};
        assert_false(jks_alias_from_utf8(cases[i], &alias));
        bytes_free(&alias);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_an_entry_out_as_java_does),
        cmocka_unit_test(leaves_the_type_out_in_version_1),
        cmocka_unit_test(gives_the_same_bytes_for_the_same_input),
        cmocka_unit_test(tells_a_wrong_password_from_a_store_cut_off),
        cmocka_unit_test(takes_no_count_that_the_bytes_cannot_hold),
        cmocka_unit_test(names_a_version_that_java_does_not_know),
        cmocka_unit_test(refuses_a_jceks_secret_key_by_name),
        cmocka_unit_test(keeps_aliases_beyond_ascii_as_they_are),
        cmocka_unit_test(folds_as_java_does),
        cmocka_unit_test(reads_modified_utf8_as_java_does),
        cmocka_unit_test(refuses_utf8_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is no trust store, or a broken one: refused by name, and never read beyond its end. */
#include "truststore_stores.h"

static const char *const unreadable[] = {
    "alias-not-utf8.jks", "alias-plain-utf8.jks",    "garbled-certificate.jks",
    "name-utf8.p12",      "garbled-certificate.p12",
};
enum { UNREADABLE = sizeof unreadable / sizeof unreadable[0] };

static void calls_broken_what_no_jvm_can_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNREADABLE; i++) {
        struct bytes b = load(unreadable[i]);
        struct truststore *store = NULL;
        struct truststore_error error;
        assert_int_equal(truststore_open(b.data, b.size, "changeit", &store, &error),
                         TRUSTSTORE_BROKEN);
        assert_null(store);
        assert_non_null(strstr(error.text, "Java refuses the"));
        assert_in_range(byte_told(&error), 1, b.size - 1);
        bytes_free(&b);
    }
}

static void names_what_is_no_store(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *text;
    } cases[] = {
        {"", 0, "empty"},
        {"-----BEGIN CERTIFICATE-----", 27, "PEM"},
        {"\x30\x82\x01\x00\x30\x82", 6, "BCFKS"},
        {"\0\0\0\2\0\0\0\x14", 8, "BKS"},
        {"PK\3\4", 4, "ZIP"},
        {"\x30\x80\x02\x01\x03", 5, "indefinite"},
        {"hello", 5, "68 65 6c 6c 6f"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct truststore *store = NULL;
        struct truststore_error error;
        assert_int_equal(truststore_open(cases[i].bytes, cases[i].size, "changeit", &store, &error),
                         TRUSTSTORE_UNKNOWN);
        assert_non_null(strstr(error.text, cases[i].text));
    }
}

/* A heap block of exactly that size, so that a read beyond it is seen. */
static enum truststore_status open_exact(const unsigned char *data, size_t size)
{
    unsigned char *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, data, size);
    struct truststore *store = NULL;
    struct truststore_error error;
    enum truststore_status status = truststore_open(copy, size, "changeit", &store, &error);
    assert_int_equal(status == TRUSTSTORE_OK, store != NULL);
    assert_true(status == TRUSTSTORE_OK || strlen(error.text) > 0);
    truststore_free(store);
    free(copy);
    return status;
}

static void refuses_a_store_cut_off_at_any_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct bytes b = load(stores[i]);
        struct truststore *store = open_bytes(&b);
        size_t whole = b.size - store->trailing;
        truststore_free(store);
        for (size_t size = 0; size < whole; size++) {
            enum truststore_status status = open_exact(b.data, size);
            assert_true(status == TRUSTSTORE_BROKEN || (size < 16 && status == TRUSTSTORE_UNKNOWN));
        }
        assert_int_equal(open_exact(b.data, whole), TRUSTSTORE_OK);
        bytes_free(&b);
    }
}

static void survives_any_byte_garbled(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct bytes b = load(stores[i]);
        bool mac = strcmp(stores[i], "mac.p12") == 0;
        size_t step = is_encrypted(stores[i]) ? 127 : mac ? 41 : 1; /* a MAC takes 10 ms */
        for (size_t at = 0; at < b.size; at += step) {
            static const unsigned char masks[] = {0x01, 0x80, 0xFF};
            for (size_t m = 0; m < sizeof masks; m++) {
                b.data[at] ^= masks[m];
                (void)open_exact(b.data, b.size);
                b.data[at] ^= masks[m];
            }
        }
        bytes_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_broken_what_no_jvm_can_read),
        cmocka_unit_test(names_what_is_no_store),
        cmocka_unit_test(refuses_a_store_cut_off_at_any_length),
        cmocka_unit_test(survives_any_byte_garbled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* PKCS#12 byte for byte: bags, safes, the MAC; and what is refused. */
#include "truststore_fixture.h"

#include "der.h"

static void ends_a_bag_with_the_attributes_that_keytool_writes(void **state)
{
    (void)state;
    static const char attributes[] = "\x31\x31"
                                     "\x30\x17\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x09\x14\x31\x0A"
                                     "\x1E\x08\0s\0c\0m\0\x31"
                                     "\x30\x16\x06\x0C\x60\x86\x48\x01\x86\xF9\x66\xAD\xCA\x7B\x01"
                                     "\x01\x31\x06\x06\x04\x55\x1D\x25\x00";
    struct truststore *store = open_store("plain.p12");
    add(store, "scm1", "c.der");
    struct bytes b = written(store);
    struct truststore *after = open_bytes(&b);
    const struct truststore_entry *entry = truststore_find_alias(after, "scm1");
    size_t size = sizeof attributes - 1;
    assert_true(entry->raw_size > size);
    assert_memory_equal(entry->raw + entry->raw_size - size, attributes, size);
    truststore_free(after);
    bytes_free(&b);
    truststore_free(store);
}

/* keytool -importcert of c.der as scm1 into plain.p12, without encryption and MAC (JDK 17). */
static void writes_the_bytes_that_keytool_writes(void **state)
{
    (void)state;
    struct bytes expected = load("plain-with-scm1-by-keytool.p12");
    struct truststore *store = open_store("plain.p12");
    add(store, "scm1", "c.der");
    struct bytes found = written(store);
    assert_int_equal(found.size, expected.size);
    assert_memory_equal(found.data, expected.data, expected.size);
    bytes_free(&found);
    bytes_free(&expected);
    truststore_free(store);
}

static void adds_to_the_last_safe_that_holds_a_certificate(void **state)
{
    (void)state;
    struct truststore *store = open_store("key.p12");
    size_t last = store->count - 1;
    assert_int_equal(store->entries[last].kind, TRUSTSTORE_KEY);
    add(store, "scm1", "c.der");
    assert_int_equal(store->entries[last + 1].kind, TRUSTSTORE_KEY);
    assert_string_equal(store->entries[last].alias, "scm1");
    assert_int_equal(store->entries[last].safe, 0);
    truststore_free(store);
}

static void renews_the_mac_with_its_own_salt_and_count(void **state)
{
    (void)state;
    struct truststore *store = open_store("mac.p12");
    assert_string_equal(truststore_form_text(store), "PKCS#12 with a MAC");
    add(store, "scm1", "c.der");
    struct bytes b = written(store);
    struct truststore *after = open_bytes(&b);
    assert_int_equal(after->mac.iterations, store->mac.iterations);
    assert_int_equal(after->mac.salt_size, store->mac.salt_size);
    assert_memory_equal(after->mac.salt, store->mac.salt, store->mac.salt_size);
    assert_int_equal(truststore_trusted(after), 3);
    struct truststore *wrong = NULL;
    struct truststore_error error;
    assert_int_equal(truststore_open(b.data, b.size, "hunter2", &wrong, &error),
                     TRUSTSTORE_PASSWORD);
    assert_null(strstr(error.text, "hunter2"));
    bytes_free(&b);
    truststore_free(store);
    truststore_free(after);
}

static void writes_an_unedited_store_with_a_mac_byte_for_byte(void **state)
{
    (void)state;
    struct bytes before = load("mac.p12");
    struct truststore *store = open_bytes(&before);
    struct bytes after = written(store);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    bytes_free(&before);
    bytes_free(&after);
    truststore_free(store);
}

static void refuses_a_trust_attribute_whose_value_is_no_oid(void **state)
{
    (void)state;
    static const unsigned char use[] = {0x31, 0x06, 0x06, 0x04, 0x55, 0x1D, 0x25, 0x00};
    static const struct {
        size_t at;
        unsigned char byte;
    } faults[] = {{2, 0x04}, {4, 0x80}, {7, 0x80}};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct bytes b = load("plain.p12");
        unsigned char *found = memmem(b.data, b.size, use, sizeof use);
        assert_non_null(found);
        found[faults[i].at] = faults[i].byte;
        struct truststore *store = NULL;
        struct truststore_error error;
        assert_int_equal(truststore_open(b.data, b.size, "changeit", &store, &error),
                         TRUSTSTORE_BROKEN);
        assert_non_null(strstr(error.text, "no OID"));
        bytes_free(&b);
    }
}

static void refuses_a_password_that_java_takes_for_no_mac(void **state)
{
    (void)state;
    struct bytes b = load("mac.p12");
    struct truststore *store = NULL;
    struct truststore_error error;
    assert_int_equal(truststore_open(b.data, b.size, "p\xC3\xA4ssword", &store, &error),
                     TRUSTSTORE_PASSWORD);
    assert_non_null(strstr(error.text, "ASCII"));
    bytes_free(&b);
    b = load("plain.p12");
    assert_int_equal(truststore_open(b.data, b.size, "p\xC3\xA4ssword", &store, &error),
                     TRUSTSTORE_OK);
    truststore_free(store);
    bytes_free(&b);
}

static void replaces_an_alias_in_upper_case(void **state)
{
    (void)state;
    struct truststore *store = open_store("upper-case.p12");
    struct bytes der = load("c.der");
    struct truststore_error error;
    assert_int_equal(truststore_replace(store, "scm", 0, der.data, der.size, &error),
                     TRUSTSTORE_OK);
    assert_int_equal(store->count, 1);
    assert_int_equal(truststore_trusted(store), 1);
    assert_string_equal(store->entries[0].alias, "scm");
    bytes_free(&der);
    truststore_free(store);
}

static void takes_only_the_shortest_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        bool good;
    } cases[] = {
        {"\x04\x00", 2, true},
        {"\x04\x01\x61", 3, true},
        {"\x04\x81\x01\x61", 4, false}, /* 1 fits in one byte */
        {"\x04\x82\x00\x80", 4, false}, /* leading zero */
        {"\x04\x80\x00\x00", 4, false}, /* indefinite */
        {"\x04\x85\x00\x00\x00\x00\x01", 7, false},
        {"\x04\x02\x61", 3, false}, /* cut off */
        {"\x04", 1, false},
        {"\x1F\x01\x01\x61", 4, false},         /* tag of more bytes */
        {"\x04\x84\xFF\xFF\xFF\xFF", 6, false}, /* longer than all */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned char *at = (const unsigned char *)cases[i].bytes;
        struct der_span span = {at, at + cases[i].size};
        struct der element;
        assert_int_equal(der_next(&span, &element), cases[i].good);
        assert_ptr_equal(span.at, cases[i].good ? at + element.size : at);
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 70000};
    unsigned char *content = calloc(1, 70000);
    assert_non_null(content);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bytes b = {0};
        der_put(&b, DER_TAG_OCTETS, content, sizes[i]);
        struct der_span span = {b.data, b.data + b.size};
        struct der element;
        assert_true(der_expect(&span, DER_TAG_OCTETS, &element));
        assert_int_equal(der_size(&element.content), sizes[i]);
        assert_true(der_end(&span));
        bytes_free(&b);
    }
    free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_a_bag_with_the_attributes_that_keytool_writes),
        cmocka_unit_test(writes_the_bytes_that_keytool_writes),
        cmocka_unit_test(adds_to_the_last_safe_that_holds_a_certificate),
        cmocka_unit_test(renews_the_mac_with_its_own_salt_and_count),
        cmocka_unit_test(writes_an_unedited_store_with_a_mac_byte_for_byte),
        cmocka_unit_test(refuses_a_trust_attribute_whose_value_is_no_oid),
        cmocka_unit_test(refuses_a_password_that_java_takes_for_no_mac),
        cmocka_unit_test(replaces_an_alias_in_upper_case),
        cmocka_unit_test(takes_only_the_shortest_lengths),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

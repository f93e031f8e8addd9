/* Trust stores of both forms: what a JVM trusts of them, and what an edit leaves of the others. */
#include <openssl/sha.h>

#include "truststore_stores.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* What the model trusts, written as in STORE.trusted. */
static struct bytes trusted_text(const struct truststore *store)
{
    char lines[64][CERT_SHA256_HEX_SIZE];
    size_t count = 0;
    for (size_t i = 0; i < store->count; i++)
        if (store->entries[i].trusted)
            cert_hex(store->entries[i].sha256, lines[count++]);
    qsort(lines, count, sizeof lines[0], by_text);
    struct bytes text = {0};
    bytes_add(&text, "", 0);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
            bytes_printf(&text, "%s\n", lines[i]);
    return text;
}

static void assert_trusted(const struct truststore *store, const char *file, const char *view)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.%s", file, view);
    struct bytes expected = load(name);
    struct bytes found = trusted_text(store);
    print_message("%s\n", name);
    assert_string_equal((char *)found.data, (char *)expected.data);
    size_t lines = 0;
    for (size_t at = 0; at < expected.size; at++)
        lines += expected.data[at] == '\n';
    assert_int_equal(truststore_trusted(store), lines);
    bytes_free(&found);
    bytes_free(&expected);
}

static void trusts_what_a_jvm_trusts(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct truststore *store = open_store(stores[i]);
        assert_trusted(store, stores[i],
                       is_encrypted(stores[i]) ? "trusted-with-password" : "trusted");
        truststore_free(store);
    }
}

static void trusts_what_a_jvm_without_a_password_trusts(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct truststore *store = open_store(stores[i]);
        truststore_blind(store);
        assert_trusted(store, stores[i], "trusted");
        truststore_free(store);
    }
}

static void says_why_an_entry_is_not_trusted(void **state)
{
    (void)state;
    static const struct {
        const char *store, *alias, *why;
    } cases[] = {
        {"ghost.jks", "Bb", "upper-case"},
        {"duplicate.jks", "a", "later entry"},
        {"key-alone.jks", "k", "without a certificate"},
        {"no-attribute.p12", "b", "attribute"},
        {"duplicate.p12", "A", "later entry"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct truststore *store = open_store(cases[i].store);
        const char *why = NULL;
        for (size_t k = 0; k < store->count && why == NULL; k++)
            if (strcmp(store->entries[k].alias, cases[i].alias) == 0)
                why = store->entries[k].why_not;
        assert_non_null(why);
        assert_non_null(strstr(why, cases[i].why));
        truststore_free(store);
    }
}

static void writes_an_unedited_store_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct bytes before = load(stores[i]);
        struct truststore *store = open_bytes(&before);
        struct bytes after = written(store);
        assert_int_equal(after.size, before.size - store->trailing);
        assert_memory_equal(after.data, before.data, after.size);
        bytes_free(&before);
        bytes_free(&after);
        truststore_free(store);
    }
}

/* The raw entries of `before` without the one at `skip` are those of `after`, in order. */
static void assert_others_kept(const struct truststore *before, size_t skip,
                               const struct truststore *after, size_t skip_after)
{
    size_t k = 0;
    for (size_t i = 0; i < before->count; i++) {
        if (i == skip)
            continue;
        if (k == skip_after)
            k++;
        assert_true(k < after->count);
        assert_int_equal(before->entries[i].raw_size, after->entries[k].raw_size);
        assert_memory_equal(before->entries[i].raw, after->entries[k].raw,
                            before->entries[i].raw_size);
        assert_int_equal(before->entries[i].date_ms, after->entries[k].date_ms);
        k++;
    }
}

static size_t index_of(const struct truststore *store, const struct truststore_entry *entry)
{
    assert_non_null(entry);
    return (size_t)(entry - store->entries);
}

static void keeps_every_other_entry_when_one_is_added(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct truststore *before = open_store(stores[i]), *store = open_store(stores[i]);
        add(store, "scm1", "c.der");
        struct bytes b = written(store);
        struct truststore *after = open_bytes(&b);
        const struct truststore_entry *added = truststore_find_alias(after, "scm1");
        assert_others_kept(before, SIZE_MAX, after, index_of(after, added));
        assert_int_equal(after->count, before->count + 1);
        assert_true(added->trusted);
        assert_string_equal(added->alias, "scm1");
        assert_int_equal(added->date_ms,
                         after->form == TRUSTSTORE_PKCS12 ? 0 : INT64_C(1700000000000));
        bytes_free(&b);
        truststore_free(before);
        truststore_free(store);
        truststore_free(after);
    }
}

static void replaces_in_place_and_keeps_the_others(void **state)
{
    (void)state;
    static const char *const names[] = {"plain.jks", "duplicate.jks", "version1.jks",
                                        "plain.p12", "two-safes.p12", "duplicate.p12"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct truststore *before = open_store(names[i]), *store = open_store(names[i]);
        struct bytes der = load("c.der");
        struct truststore_error error;
        assert_int_equal(truststore_replace(store, "a", 1, der.data, der.size, &error),
                         TRUSTSTORE_OK);
        unsigned char sha256[TRUSTSTORE_SHA256_SIZE];
        SHA256(der.data, der.size, sha256);
        assert_non_null(truststore_find_sha256(store, sha256));
        struct bytes b = written(store);
        struct truststore *after = open_bytes(&b);
        const struct truststore_entry *found = truststore_find_alias(after, "a");
        size_t place = index_of(before, truststore_find_alias(before, "a"));
        assert_int_equal(index_of(after, found), place);
        assert_int_equal(after->count, before->count);
        assert_others_kept(before, place, after, place);
        assert_true(found->trusted);
        assert_int_equal(found->der_size, der.size);
        assert_memory_equal(found->der, der.data, der.size);
        bytes_free(&b);
        bytes_free(&der);
        truststore_free(before);
        truststore_free(store);
        truststore_free(after);
    }
}

static void remove_undoes_add(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORES; i++) {
        struct bytes before = load(stores[i]);
        struct truststore *store = open_bytes(&before);
        struct truststore_error error;
        add(store, "scm1", "c.der");
        assert_int_equal(truststore_remove(store, "scm1", &error), TRUSTSTORE_OK);
        struct bytes after = written(store);
        assert_memory_equal(after.data, before.data, before.size - store->trailing);
        bytes_free(&before);
        bytes_free(&after);
        truststore_free(store);
    }
}

static void removing_an_alias_leaves_nothing_hidden_under_it(void **state)
{
    (void)state;
    struct truststore *store = open_store("duplicate.jks");
    struct truststore_error error;
    assert_int_equal(truststore_remove(store, "a", &error), TRUSTSTORE_OK);
    assert_int_equal(store->count, 1);
    assert_null(truststore_find_alias(store, "a"));
    truststore_free(store);
}

static void finds_the_trusted_entry_of_a_certificate_first(void **state)
{
    (void)state;
    struct bytes der = load("b.der");
    unsigned char sha256[TRUSTSTORE_SHA256_SIZE];
    SHA256(der.data, der.size, sha256);
    struct truststore *store = open_store("ghost.jks");
    const struct truststore_entry *found = truststore_find_sha256(store, sha256);
    assert_non_null(found);
    assert_false(found->trusted);
    add(store, "scm1", "b.der");
    found = truststore_find_sha256(store, sha256);
    assert_true(found->trusted);
    assert_string_equal(found->alias, "scm1");
    truststore_free(store);
    bytes_free(&der);
}

static void assert_add_refused(struct truststore *store, const char *alias, const void *der,
                               size_t size)
{
    struct bytes before = written(store);
    struct truststore_error error;
    assert_int_equal(truststore_add(store, alias, 1, der, size, &error), TRUSTSTORE_REFUSED);
    assert_true(strlen(error.text) > 0);
    struct bytes after = written(store);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    bytes_free(&before);
    bytes_free(&after);
}

static void refuses_what_would_spoil_the_store(void **state)
{
    (void)state;
    static const char *const files[] = {"plain.jks", "plain.p12"};
    struct bytes der = load("c.der");
    for (size_t i = 0; i < 2; i++) {
        struct truststore *store = open_store(files[i]);
        assert_add_refused(store, "a", der.data, der.size);
        assert_add_refused(store, "", der.data, der.size);
        assert_add_refused(store, "SCM1", der.data, der.size);
        assert_add_refused(store, "scm\xC3\xA4", der.data, der.size);
        assert_add_refused(store, "ca [jdk", der.data, der.size);
        assert_add_refused(store, "scm1", der.data, der.size - 1);
        assert_add_refused(store, "scm1", der.data, 0);
        assert_add_refused(store, "scm1", "no certificate", 14);
        bytes_text(&der, "x");
        assert_add_refused(store, "scm1", der.data, der.size);
        der.size--;
        truststore_free(store);
    }
    bytes_free(&der);
}

static void never_replaces_or_removes_a_key(void **state)
{
    (void)state;
    static const char *const files[] = {"key.jks", "key.p12"};
    struct bytes der = load("c.der");
    struct truststore_error error;
    for (size_t i = 0; i < 2; i++) {
        struct truststore *store = open_store(files[i]);
        assert_int_equal(truststore_replace(store, "k", 1, der.data, der.size, &error),
                         TRUSTSTORE_REFUSED);
        assert_int_equal(truststore_remove(store, "k", &error), TRUSTSTORE_REFUSED);
        assert_int_equal(truststore_find_alias(store, "k")->kind, TRUSTSTORE_KEY);
        truststore_free(store);
    }
    bytes_free(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trusts_what_a_jvm_trusts),
        cmocka_unit_test(trusts_what_a_jvm_without_a_password_trusts),
        cmocka_unit_test(says_why_an_entry_is_not_trusted),
        cmocka_unit_test(writes_an_unedited_store_byte_for_byte),
        cmocka_unit_test(keeps_every_other_entry_when_one_is_added),
        cmocka_unit_test(replaces_in_place_and_keeps_the_others),
        cmocka_unit_test(remove_undoes_add),
        cmocka_unit_test(removing_an_alias_leaves_nothing_hidden_under_it),
        cmocka_unit_test(finds_the_trusted_entry_of_a_certificate_first),
        cmocka_unit_test(refuses_what_would_spoil_the_store),
        cmocka_unit_test(never_replaces_or_removes_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

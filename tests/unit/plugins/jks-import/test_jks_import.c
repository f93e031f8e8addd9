/* What jks-import decides, remembers and proves. */
#include <openssl/sha.h>

#include "truststore_fixture.h"

#include "cert_make.h"

#include "cert_file_spec.h"
#include "chain_choice.h"
#include "conflict_policy.h"
#include "edited_store_check.h"
#include "ownership.h"

struct one {
    struct bytes der;
    unsigned char sha256[TRUSTSTORE_SHA256_SIZE];
};

static struct one certificate(const char *file)
{
    struct one one = {.der = load(file)};
    SHA256(one.der.data, one.der.size, one.sha256);
    return one;
}

static struct import_decision decide(const struct truststore *store, const char *alias,
                                     const struct one *one, enum import_policy policy, bool noted)
{
    return import_decide(store, alias, one->der.data, one->der.size, one->sha256, policy, noted);
}

static void leaves_a_trusted_certificate_under_whatever_alias(void **state)
{
    (void)state;
    struct truststore *store = open_store("plain.jks");
    struct one a = certificate("a.der");
    for (int policy = IMPORT_RENEW; policy <= IMPORT_FAIL; policy++) {
        struct import_decision d = decide(store, "scm1", &a, (enum import_policy)policy, false);
        assert_int_equal(d.action, IMPORT_PRESENT);
        assert_string_equal(d.entry->alias, "a");
        assert_int_equal(decide(store, "b", &a, (enum import_policy)policy, false).action,
                         IMPORT_PRESENT);
    }
    bytes_free(&a.der);
    truststore_free(store);
}

static void adds_beside_an_entry_that_no_jvm_trusts(void **state)
{
    (void)state;
    static const char *const stores[] = {"ghost.jks", "no-attribute.p12"};
    struct one b = certificate("b.der");
    for (size_t i = 0; i < 2; i++) {
        struct truststore *store = open_store(stores[i]);
        struct import_decision d = decide(store, i == 0 ? "bb" : "b", &b, IMPORT_RENEW, false);
        assert_int_equal(d.action, IMPORT_ADD);
        assert_non_null(d.entry);
        assert_non_null(d.entry->why_not);
        truststore_free(store);
    }
    bytes_free(&b.der);
}

static void does_with_a_taken_alias_as_on_conflict_says(void **state)
{
    (void)state;
    struct truststore *store = open_store("plain.jks");
    struct one c = certificate("c.der");
    assert_int_equal(decide(store, "a", &c, IMPORT_RENEW, false).action, IMPORT_CONFLICT);
    assert_int_equal(decide(store, "a", &c, IMPORT_RENEW, true).action, IMPORT_REPLACE);
    assert_int_equal(decide(store, "a", &c, IMPORT_OVERWRITE, false).action, IMPORT_REPLACE);
    assert_int_equal(decide(store, "a", &c, IMPORT_KEEP_OLD, true).action, IMPORT_KEEP);
    assert_int_equal(decide(store, "a", &c, IMPORT_FAIL, true).action, IMPORT_CONFLICT);
    assert_int_equal(decide(store, "c", &c, IMPORT_FAIL, false).action, IMPORT_ADD);
    bytes_free(&c.der);
    truststore_free(store);
}

static void renews_a_certificate_of_the_same_names(void **state)
{
    (void)state;
    struct truststore *store = open_store("plain.jks");
    struct one renewed = certificate("a-renewed.der");
    struct import_decision d = decide(store, "a", &renewed, IMPORT_RENEW, false);
    assert_int_equal(d.action, IMPORT_REPLACE);
    assert_string_equal(d.reason, "renewed");
    assert_int_equal(decide(store, "b", &renewed, IMPORT_RENEW, false).action, IMPORT_CONFLICT);
    bytes_free(&renewed.der);
    truststore_free(store);
}

static void never_decides_to_replace_a_key(void **state)
{
    (void)state;
    struct truststore *store = open_store("key.jks");
    struct one b = certificate("b.der");
    for (int policy = IMPORT_RENEW; policy <= IMPORT_FAIL; policy++)
        assert_int_equal(decide(store, "k", &b, (enum import_policy)policy, true).action,
                         IMPORT_KEY);
    bytes_free(&b.der);
    truststore_free(store);
}

static void knows_the_words_of_on_conflict(void **state)
{
    (void)state;
    assert_int_equal(import_policy_of("renew"), IMPORT_RENEW);
    assert_int_equal(import_policy_of("replace"), IMPORT_OVERWRITE);
    assert_int_equal(import_policy_of("keep"), IMPORT_KEEP_OLD);
    assert_int_equal(import_policy_of("fail"), IMPORT_FAIL);
}

static void remembers_one_certificate_for_an_alias_of_a_store(void **state)
{
    (void)state;
    unsigned char one[32] = {1}, two[32] = {2};
    struct ownership notes;
    notes = ownership_parse("");
    ownership_set(&notes, "/s 1", "scm1", one);
    ownership_set(&notes, "/s2", "scm1", one);
    ownership_set(&notes, "/s 1", "scm1", two);
    assert_true(notes.changed);
    struct bytes text = {0};
    ownership_text(&notes, &text);
    notes = ownership_parse((char *)text.data);
    assert_false(ownership_has(&notes, "/s 1", "scm1", one));
    assert_true(ownership_has(&notes, "/s 1", "scm1", two));
    assert_true(ownership_has(&notes, "/s2", "scm1", one));
    assert_false(ownership_has(&notes, "/s2", "scm2", one));
    ownership_set(&notes, "/s2", "scm1", one);
    assert_false(notes.changed);
    bytes_free(&text);
}

static void drops_lines_of_the_notes_that_do_not_fit(void **state)
{
    (void)state;
    static const char hex[] = "0000000000000000000000000000000000000000000000000000000000000000";
    struct bytes text = {0};
    bytes_printf(&text, "garbage\n\n%s scm1 relative\n%s  /x\n%s\n%s scm1 /s", hex, hex, hex, hex);
    struct ownership notes;
    notes = ownership_parse((char *)text.data);
    assert_int_equal(notes.count, 1);
    assert_true(ownership_has(&notes, "/s", "scm1", (const unsigned char[32]){0}));
    bytes_free(&text);
}

static void takes_no_line_of_an_alias_that_is_noted_twice(void **state)
{
    (void)state;
    static const char hex[] = "000000000000000000000000000000000000000000000000000000000000000";
    struct bytes text = {0};
    for (unsigned i = 1; i < 4; i++)
        bytes_printf(&text, "%s%u b /s\n%s%u %c /s\n", hex, i, hex, i, "?acd"[i]);
    struct ownership notes;
    notes = ownership_parse((char *)text.data);
    assert_int_equal(notes.count, 3);
    unsigned char sum[32] = {0};
    for (unsigned char i = 1; i < 4; i++) {
        sum[31] = i;
        assert_false(ownership_has(&notes, "/s", "b", sum));
        assert_true(ownership_has(&notes, "/s", (const char[]){"?acd"[i], '\0'}, sum));
    }
    bytes_free(&text);
}

static void proves_an_import_and_nothing_else(void **state)
{
    (void)state;
    struct truststore *before = open_store("duplicate.jks"), *after = open_store("duplicate.jks");
    struct one c = certificate("c.der"), a = certificate("a.der");
    struct import_change change = {"scm1", a.sha256}, other = {"scm1", c.sha256};
    add(after, "scm1", "a.der");
    assert_null(import_check_edited(before, after, &change, 1));
    assert_non_null(import_check_edited(before, after, NULL, 0));
    assert_non_null(import_check_edited(before, after, &other, 1));
    assert_non_null(import_check_edited(before, before, &change, 1));
    struct truststore_error error;
    assert_int_equal(truststore_remove(after, "b", &error), TRUSTSTORE_OK);
    assert_non_null(import_check_edited(before, after, &change, 1));
    bytes_free(&a.der);
    bytes_free(&c.der);
    truststore_free(before);
    truststore_free(after);
}

static void proves_a_removal_and_nothing_else(void **state)
{
    (void)state;
    static const char *const stores[] = {"plain.jks", "plain.p12", "duplicate.jks"};
    for (size_t i = 0; i < 3; i++) {
        struct truststore *before = open_store(stores[i]), *after = open_store(stores[i]);
        struct import_change change = {"a", NULL}, other = {"b", NULL};
        struct truststore_error error;
        assert_non_null(import_check_edited(before, after, &change, 1));
        assert_int_equal(truststore_remove(after, "a", &error), TRUSTSTORE_OK);
        assert_null(import_check_edited(before, after, &change, 1));
        assert_non_null(import_check_edited(before, after, &other, 1));
        assert_non_null(import_check_edited(before, after, NULL, 0));
        truststore_free(before);
        truststore_free(after);
    }
}

static void forgets_one_alias_of_one_store(void **state)
{
    (void)state;
    static const unsigned char sum[32] = {1};
    struct ownership notes = {0};
    ownership_set(&notes, "/s", "a", sum);
    ownership_set(&notes, "/s", "b", sum);
    ownership_set(&notes, "/t", "a", sum);
    notes.changed = false;
    ownership_drop(&notes, "/s", "c");
    assert_false(notes.changed);
    ownership_drop(&notes, "/s", "a");
    assert_true(notes.changed);
    assert_false(ownership_has(&notes, "/s", "a", sum));
    assert_true(ownership_has(&notes, "/s", "b", sum));
    assert_true(ownership_has(&notes, "/t", "a", sum));
}

static void sees_another_entry_that_lost_its_bytes(void **state)
{
    (void)state;
    struct truststore *before = open_store("ghost.jks"), *after = open_store("ghost.jks");
    assert_null(import_check_edited(before, after, NULL, 0));
    after->entries[1].raw_size--; /* a ghost: no JVM would miss it */
    assert_non_null(import_check_edited(before, after, NULL, 0));
    truststore_free(before);
    truststore_free(after);
}

/* "a.der" and so on are CAs; NULL is a server's certificate. */
static struct cert_list list_of(const char *const files[], size_t count)
{
    struct cert_list list = {0};
    EVP_PKEY *key = make_key();
    X509 *server = make_certificate(&(struct recipe){.cn = "scm1"}, key);
    for (size_t i = 0; i < count; i++) {
        struct bytes der = {0};
        if (files[i] != NULL)
            der = load(files[i]);
        else
            der.data = der_of(server, &der.size);
        assert_true(cert_list_add(&list, der.data, der.size));
        bytes_free(&der);
    }
    X509_free(server);
    EVP_PKEY_free(key);
    return list;
}

/* `expected` as "0 scm1, 2 scm1-1". */
static void expect_picks(const struct cert_list *list, const char *chain, const char *expected)
{
    struct import_picks picks;
    struct bytes text = {0};
    assert_int_equal(import_pick(list, import_chain_of(chain), "scm1", &picks), IMPORT_PICK_OK);
    for (size_t i = 0; i < picks.count; i++)
        bytes_printf(&text, "%s%zu %s", i == 0 ? "" : ", ", picks.items[i].index,
                     picks.items[i].alias);
    assert_string_equal((char *)text.data, expected);
    bytes_free(&text);
}

static void picks_certificates_and_names_them(void **state)
{
    (void)state;
    static const char *const bundle[] = {"a.der", NULL, "b.der", "a.der"};
    static const char *const alone[] = {NULL};
    struct import_picks picks;
    struct cert_list list = list_of(bundle, 4);
    expect_picks(&list, "leaf", "1 scm1");
    expect_picks(&list, "ca", "0 scm1-1, 2 scm1-2");
    expect_picks(&list, "all", "0 scm1-1, 1 scm1, 2 scm1-2");
    cert_list_free(&list);
    list = list_of(alone, 1);
    expect_picks(&list, "all", "0 scm1");
    assert_int_equal(import_pick(&list, IMPORT_CHAIN_CA, "scm1", &picks), IMPORT_PICK_NO_CA);
    assert_int_equal(picks.count, 0);
    cert_list_free(&list);
}

static void reads_file_and_alias(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"/a/SCM1.crt", "/a/SCM1.crt", "scm1"},
        {"/a/scm1.example.com.pem", "/a/scm1.example.com.pem", "scm1.example.com"},
        {"/a/x.crt as Db1", "/a/x.crt", "db1"},
        {"/a b/as as/x.DER  as  db1", "/a b/as as/x.DER", "db1"},
        {"/a/x as y/z.cer", "/a/x as y/z.cer", "z"},
        {"/a/server", "/a/server", "server"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cert_file_spec spec = cert_file_spec_parse(cases[i][0]);
        assert_string_equal(spec.path, cases[i][1]);
        assert_string_equal(spec.alias, cases[i][2]);
    }
}

static void says_why_an_alias_will_not_do(void **state)
{
    (void)state;
    assert_null(import_alias_fault("scm1.example-2_x"));
    assert_non_null(import_alias_fault(""));
    assert_non_null(import_alias_fault("a b"));
    assert_non_null(import_alias_fault("\xC3\xA4"));
    char longest[257];
    memset(longest, 'a', 256);
    longest[256] = '\0';
    assert_non_null(import_alias_fault(longest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_a_trusted_certificate_under_whatever_alias),
        cmocka_unit_test(adds_beside_an_entry_that_no_jvm_trusts),
        cmocka_unit_test(does_with_a_taken_alias_as_on_conflict_says),
        cmocka_unit_test(renews_a_certificate_of_the_same_names),
        cmocka_unit_test(never_decides_to_replace_a_key),
        cmocka_unit_test(knows_the_words_of_on_conflict),
        cmocka_unit_test(remembers_one_certificate_for_an_alias_of_a_store),
        cmocka_unit_test(drops_lines_of_the_notes_that_do_not_fit),
        cmocka_unit_test(takes_no_line_of_an_alias_that_is_noted_twice),
        cmocka_unit_test(proves_an_import_and_nothing_else),
        cmocka_unit_test(proves_a_removal_and_nothing_else),
        cmocka_unit_test(forgets_one_alias_of_one_store),
        cmocka_unit_test(sees_another_entry_that_lost_its_bytes),
        cmocka_unit_test(picks_certificates_and_names_them),
        cmocka_unit_test(reads_file_and_alias),
        cmocka_unit_test(says_why_an_alias_will_not_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

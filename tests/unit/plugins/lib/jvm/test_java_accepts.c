/* Which certificates a JVM decodes, by their bytes. The JDKs themselves are asked in the suite
 * jks_import_decodable. */
#include "truststore_fixture.h"

#include "der.h"
#include "java_accepts.h"
#include "jvm_store_loads.h"

/* A certificate of parts that are given as they are written; NULL: as a sound one has it. */
struct parts {
    const char *version, *algorithm, *issuer, *dates, *subject, *key, *extensions;
};

#define NAME "\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01\x61"
#define EMPTY "\x30\x00"
#define V2 "\xA0\x03\x02\x01\x01"
#define V3 "\xA0\x03\x02\x01\x02"
#define ALGORITHM "\x30\x06\x06\x04\x2A\x03\x04\x05"
#define TWO_DATES(from, to) "\x30\x1E\x17\x0D" from "\x17\x0D" to
#define DATES TWO_DATES("200101000000Z", "400101000000Z")
#define EC_OID "\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01"
/* On the curve 1.3.132.0.X; secp112r1, with points of this size, is 6. */
#define SECG_KEY(curve, form)                                                                      \
    "\x30\x32\x30\x10" EC_OID "\x06\x05\x2B\x81\x04\x00" curve "\x03\x1E\x00" form                 \
    "1234567890123456789012345678"
#define EXT_UNKNOWN "\x30\x09\x06\x03\x2A\x03\x04\x04\x02\x05\x00"
#define EXT_NAME "\x30\x09\x06\x03\x55\x1D\x11\x04\x02\x30\x00"
#define EXT_NAME_CRITICAL "\x30\x0C\x06\x03\x55\x1D\x11\x01\x01\xFF\x04\x02\x30\x00"

static void put(struct bytes *out, const char *literal, size_t size)
{
    bytes_add(out, literal, size);
}
#define PUT(out, literal) put((out), (literal), sizeof(literal) - 1)

static void put_text(struct bytes *out, const char *given, const char *sound, size_t sound_size)
{
    if (given == NULL)
        put(out, sound, sound_size);
    else
        put(out, given, (size_t)(unsigned char)given[1] + 2); /* one short element */
}

static struct bytes build(const struct parts *p)
{
    struct bytes body = {0}, whole = {0}, der = {0};
    if (p->version == NULL || *p->version != '\0')
        put_text(&body, p->version, V3, sizeof(V3) - 1);
    PUT(&body, "\x02\x01\x07");
    put_text(&body, p->algorithm, ALGORITHM, sizeof(ALGORITHM) - 1);
    put_text(&body, p->issuer, NAME, sizeof(NAME) - 1);
    put_text(&body, p->dates, DATES, sizeof(DATES) - 1);
    put_text(&body, p->subject, NAME, sizeof(NAME) - 1);
    put_text(&body, p->key, "\x30\x0C" ALGORITHM "\x03\x02\x00\x00", 14);
    if (p->extensions != NULL) {
        struct bytes list = {0};
        der_put(&list, DER_TAG_SEQUENCE, p->extensions, strlen(p->extensions));
        der_put(&body, 0xA3, list.data, list.size);
        bytes_free(&list);
    }
    der_put(&whole, DER_TAG_SEQUENCE, body.data, body.size);
    PUT(&whole, ALGORITHM "\x03\x02\x00\x00");
    der_put(&der, DER_TAG_SEQUENCE, whole.data, whole.size);
    bytes_free(&body);
    bytes_free(&whole);
    assert_false(der.failed);
    return der;
}

static void refuse(const struct parts *p, const char *text)
{
    struct bytes der = build(p);
    const char *why = NULL;
    assert_int_equal(java_check_structure(der.data, der.size, &why), JAVA_REFUSES);
    if (strstr(why, text) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", why, text);
    bytes_free(&der);
}

static void accept(const struct parts *p)
{
    struct bytes der = build(p);
    const char *why = "";
    if (java_check_structure(der.data, der.size, &why) != JAVA_ACCEPTS)
        fail_msg("%s", why);
    bytes_free(&der);
}

static void takes_what_java_takes(void **state)
{
    (void)state;
    accept(&(struct parts){0});
    accept(&(struct parts){.version = ""});
    accept(&(struct parts){.key = SECG_KEY("\x06", "\x04")});
    accept(&(struct parts){.algorithm = "\x30\x08\x06\x04\x2A\x03\x04\x05\x05\x00"});
    accept(&(struct parts){.dates = "\x30\x26\x18\x11"
                                    "20200101000000.5Z"
                                    "\x17\x11"
                                    "400101000000+0100"});
    struct bytes a = load("a.der");
    const char *why = NULL;
    assert_int_equal(java_accepts(a.data, a.size, &why), JAVA_ACCEPTS);
    bytes_free(&a);
}

static void refuses_empty_names(void **state)
{
    (void)state;
    refuse(&(struct parts){.issuer = EMPTY}, "empty issuer");
    refuse(&(struct parts){.subject = EMPTY}, "empty subject");
    refuse(&(struct parts){.subject = EMPTY, .version = ""}, "empty subject");
}

static void refuses_a_curve_without_a_name(void **state)
{
    (void)state;
    refuse(&(struct parts){.key = "\x30\x11\x30\x0B" EC_OID "\x30\x00\x03\x02\x00\x00"},
           "explicit parameters");
    refuse(&(struct parts){.key = "\x30\x0F\x30\x09" EC_OID "\x03\x02\x00\x00"}, "explicit");
}

static void refuses_a_key_that_java_cannot_build(void **state)
{
    (void)state;
    refuse(&(struct parts){.key = SECG_KEY("\x0B", "\x04")}, "does not know");
    refuse(&(struct parts){.key = SECG_KEY("\x06", "\x02")}, "point");
    refuse(&(struct parts){.key = SECG_KEY("\x08", "\x04")}, "point");
    refuse(&(struct parts){.key = "\x30\x0B\x30\x05\x06\x03\x2B\x65\x70\x03\x02\x00\x00"},
           "length");
}

static void refuses_dates_that_java_does_not_read(void **state)
{
    (void)state;
    refuse(&(struct parts){.dates = EMPTY}, "does not decode");
    refuse(&(struct parts){.dates = "\x30\x0F\x17\x0D"
                                    "200101000000Z"},
           "does not decode");
    refuse(&(struct parts){.dates = TWO_DATES("201301000000Z", "400101000000Z")}, "date");
    refuse(&(struct parts){.dates = TWO_DATES("200101000000Z", "400101000060Z")}, "date");
    refuse(&(struct parts){.dates = TWO_DATES("200101000000Z", "4001010000+01")}, "date");
    refuse(&(struct parts){.dates = TWO_DATES("200101000000z", "400101000000Z")}, "date");
}

static void refuses_names_and_algorithms_that_do_not_decode(void **state)
{
    (void)state;
    refuse(&(struct parts){.issuer = "\x30\x0C\x30\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01\x61"},
           "issuer or a subject");
    refuse(&(struct parts){.subject = "\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x83\x0C\x01\x61"},
           "issuer or a subject");
    refuse(
        &(struct parts){.issuer = "\x30\x0D\x31\x81\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01\x61"},
        "issuer or a subject"); /* JDK 11 */
    refuse(&(struct parts){.issuer = "\x30\x02\x31\x00"}, "empty issuer");
    refuse(&(struct parts){.algorithm = "\x30\x06\x06\x04\x2A\x03\x04\x06"}, "two different");
    refuse(&(struct parts){.algorithm = "\x30\x06\x06\x04\x2A\x03\x04\x85"}, "does not decode");
}

static void refuses_what_is_cut_or_followed_by_more(void **state)
{
    (void)state;
    struct bytes a = load("a.der");
    const char *why = NULL;
    for (size_t size = 0; size < a.size; size++)
        assert_int_equal(java_accepts(a.data, size, &why), JAVA_REFUSES);
    assert_int_equal(java_accepts(a.data, a.size + 1, &why), JAVA_REFUSES);
    static const unsigned char number[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    assert_int_equal(java_accepts(number, sizeof number, &why), JAVA_REFUSES);
    bytes_free(&a);
}

static void outlives_every_flipped_byte(void **state)
{
    (void)state;
    struct bytes a = load("a.der");
    for (size_t i = 0; i < a.size; i++) {
        const char *why = NULL;
        a.data[i] ^= 0x55;
        enum java_verdict verdict = java_accepts(a.data, a.size, &why);
        assert_true(verdict == JAVA_ACCEPTS || why != NULL);
        a.data[i] ^= 0x55;
    }
    bytes_free(&a);
}

static void adds_no_certificate_that_java_refuses(void **state)
{
    (void)state;
    struct truststore *store = open_store("plain.jks");
    struct bytes der = build(&(struct parts){.issuer = EMPTY});
    struct truststore_error error;
    assert_int_equal(truststore_add(store, "new", 0, der.data, der.size, &error),
                     TRUSTSTORE_REFUSED);
    assert_non_null(strstr(error.text, "empty issuer"));
    bytes_free(&der);
    truststore_free(store);
}

/* Java decodes the whole chain of a key, of which it trusts the first certificate. */
static void looks_at_the_whole_chain_of_a_key(void **state)
{
    (void)state;
    const char *why = NULL;
    struct truststore *store = open_store("key.jks");
    enum java_verdict verdict;
    assert_null(truststore_undecodable(store, false, &verdict, &why));
    truststore_free(store);
    store = open_store("garbled-chain.jks");
    const struct truststore_entry *entry = truststore_undecodable(store, false, &verdict, &why);
    assert_non_null(entry);
    assert_int_equal(verdict, JAVA_REFUSES);
    assert_string_equal(entry->alias, "k");
    truststore_free(store);
}

static void knows_which_jvm_loads_which_form(void **state)
{
    (void)state;
    static const enum truststore_form forms[] = {TRUSTSTORE_JKS, TRUSTSTORE_PKCS12,
                                                 TRUSTSTORE_JCEKS};
    static const bool loads[][3] = {
        [JVM_ANY_FORM] = {true, true, false},
        [JVM_ONLY_JKS] = {true, false, false},
        [JVM_ONLY_PKCS12] = {false, true, false},
    };
    for (size_t jvm = 0; jvm < 3; jvm++)
        for (size_t form = 0; form < 3; form++) {
            struct truststore store = {.form = forms[form]};
            struct jvm one = {.forms = (enum jvm_forms)jvm};
            assert_int_equal(jvm_cannot_load(&one, &store) == NULL, loads[jvm][form]);
        }
}

static void knows_which_jvm_reads_what_is_encrypted(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        bool loads, blind;
    } cases[] = {
        {"plain.p12", true, false},
        {"mac.p12", true, false},
        {"plain.jks", true, false},
        {"encrypted.p12", false, false},
        {"encrypted-chain.p12", false, false},
        {"encrypted-with-plain.p12", true, true},
        {"encrypted-hides-plain.p12", true, true},
        {"encrypted-key.p12", true, true},
    };
    char real[] = "/store";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct truststore *store = open_store(cases[i].file);
        struct jvm with = {.password = true, .wanted = true, .real = real}, without = with;
        without.password = false;
        struct jvm_store place = {.real = real};
        assert_null(jvm_cannot_load(&with, store));
        const char *why = jvm_cannot_load(&without, store);
        assert_int_equal(why == NULL, cases[i].loads);
        if (why != NULL) {
            assert_non_null(strstr(why, "trusts nothing"));
            assert_non_null(strstr(jvm_way_out(&without, store), "trustStorePassword"));
        }
        struct jvm both[] = {with, without};
        assert_false(
            jvm_is_blind(&(struct jvm_stores){.jvms = both, .jvm_count = 1}, &place, store));
        assert_int_equal(
            jvm_is_blind(&(struct jvm_stores){.jvms = both, .jvm_count = 2}, &place, store),
            cases[i].blind);
        truststore_free(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_java_takes),
        cmocka_unit_test(refuses_empty_names),
        cmocka_unit_test(refuses_a_curve_without_a_name),
        cmocka_unit_test(refuses_a_key_that_java_cannot_build),
        cmocka_unit_test(refuses_dates_that_java_does_not_read),
        cmocka_unit_test(refuses_names_and_algorithms_that_do_not_decode),
        cmocka_unit_test(refuses_what_is_cut_or_followed_by_more),
        cmocka_unit_test(outlives_every_flipped_byte),
        cmocka_unit_test(adds_no_certificate_that_java_refuses),
        cmocka_unit_test(looks_at_the_whole_chain_of_a_key),
        cmocka_unit_test(knows_which_jvm_loads_which_form),
        cmocka_unit_test(knows_which_jvm_reads_what_is_encrypted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cert.h"
#include "cert_make.h"
#include "cert_parse.h"

#include <openssl/rsa.h>

static EVP_PKEY *key;

static int set_up(void **state)
{
    (void)state;
    key = make_key();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

static void reads_and_writes_fingerprints(void **state)
{
    (void)state;
    unsigned char raw[CERT_SHA256_SIZE], back[CERT_SHA256_SIZE];
    for (size_t i = 0; i < sizeof(raw); i++)
        raw[i] = (unsigned char)(i * 37);
    char hex[CERT_SHA256_HEX_SIZE], colons[96], *at = colons;
    cert_hex(raw, hex);
    assert_true(cert_hex_parse(hex, back));
    assert_memory_equal(raw, back, sizeof(raw));
    for (size_t i = 0; i < sizeof(raw); i++)
        at += snprintf(at, 4, "%s%02X", i > 0 ? ":" : "", raw[i]);
    memset(back, 0, sizeof(back));
    assert_true(cert_hex_parse(colons, back));
    assert_memory_equal(raw, back, sizeof(raw));
    assert_false(cert_hex_parse("", back));
    assert_false(cert_hex_parse("3f", back));
    hex[63] = '\0';
    assert_false(cert_hex_parse(hex, back));
    hex[63] = 'g';
    assert_false(cert_hex_parse(hex, back));
    colons[94] = ':';
    assert_false(cert_hex_parse(colons, back));
}

/* The facts of a certificate made to `r`; free them. */
static struct cert_facts facts_of(const struct recipe *r)
{
    X509 *x = make_certificate(r, key);
    size_t size;
    unsigned char *der = der_of(x, &size);
    struct cert_facts facts;
    assert_int_equal(cert_facts_of(der, size, &facts), 0);
    free(der);
    X509_free(x);
    return facts;
}

static void tells_names_dates_and_key(void **state)
{
    (void)state;
    struct cert_facts f = facts_of(&(struct recipe){
        .cn = "scm1\nX", .names = "DNS:scm1.example.com,IP:10.0.0.1,IP:::1,email:a@b"});
    assert_string_equal(f.subject, "CN=scm1\\0AX");
    assert_string_equal(f.issuer, f.subject);
    assert_string_equal(f.common_name, "scm1\\0AX");
    assert_string_equal(f.names, "scm1.example.com, 10.0.0.1, ::1");
    assert_int_equal(f.not_after - f.not_before, 365 * 86400);
    assert_true(llabs((long long)f.not_before - (long long)time(NULL)) < 100);
    time_t end = (time_t)f.not_after;
    char day[11];
    assert_int_equal(strftime(day, sizeof(day), "%Y-%m-%d", gmtime(&end)), 10);
    assert_string_equal(f.not_after_day, day);
    assert_true(f.self_signed);
    assert_false(f.key_is_rsa);
    assert_int_equal(f.key_bits, 256);
    cert_facts_free(&f);
    assert_int_equal(cert_facts_of("0", 1, &f), -1);
}

static EVP_PKEY *key_of(int kind, int bits_or_curve)
{
    EVP_PKEY *made = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(kind, NULL);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits_or_curve), 1);
    if (kind == EVP_PKEY_EC)
        assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, bits_or_curve), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &made), 1);
    EVP_PKEY_CTX_free(ctx);
    return made;
}

/* As OpenSSL tells them, of kinds that are looked at here and of others. */
static void tells_kind_and_size_of_each_key(void **state)
{
    (void)state;
    static const struct {
        int kind, bits_or_curve;
    } cases[] = {
        {EVP_PKEY_RSA, 1024},
        {EVP_PKEY_RSA, 2047},
        {EVP_PKEY_RSA, 3072},
        {EVP_PKEY_RSA_PSS, 2048},
        {EVP_PKEY_EC, NID_X9_62_prime256v1},
        {EVP_PKEY_EC, NID_secp384r1},
        {EVP_PKEY_EC, NID_secp521r1},
        {EVP_PKEY_EC, NID_secp256k1},
        {EVP_PKEY_ED25519, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EVP_PKEY *other = key_of(cases[i].kind, cases[i].bits_or_curve);
        /* Signed with another key: what it is about is the one inside. */
        X509 *x = make_certificate(&(struct recipe){.cn = "x", .issuer_key = key}, other);
        size_t size;
        unsigned char *der = der_of(x, &size);
        struct cert_facts f;
        assert_int_equal(cert_facts_of(der, size, &f), 0);
        int kind = EVP_PKEY_base_id(other);
        assert_int_equal(f.key_bits, EVP_PKEY_bits(other));
        assert_int_equal(f.key_is_rsa, kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS);
        cert_facts_free(&f);
        free(der);
        X509_free(x);
        EVP_PKEY_free(other);
    }
}

/* In all that is asked for. */
static void assert_alike(X509 *theirs, X509 *ours)
{
    enum { ASKED = EXFLAG_INVALID | EXFLAG_CA | EXFLAG_KUSAGE | EXFLAG_XKUSAGE };
    int their_digest = 0, our_digest = 0;
    assert_int_equal(X509_get_version(theirs), X509_get_version(ours));
    assert_int_equal(X509_get_extension_flags(theirs) & ASKED,
                     X509_get_extension_flags(ours) & ASKED);
    assert_int_equal(X509_get_key_usage(theirs), X509_get_key_usage(ours));
    assert_int_equal(X509_get_extended_key_usage(theirs), X509_get_extended_key_usage(ours));
    assert_int_equal(X509_get_signature_info(theirs, &their_digest, NULL, NULL, NULL),
                     X509_get_signature_info(ours, &our_digest, NULL, NULL, NULL));
    assert_int_equal(their_digest, our_digest);
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(theirs), X509_get_subject_name(ours)), 0);
    assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(theirs), X509_get_issuer_name(ours)), 0);
    assert_int_equal(ASN1_STRING_cmp(X509_get0_notBefore(theirs), X509_get0_notBefore(ours)), 0);
    assert_int_equal(ASN1_STRING_cmp(X509_get0_notAfter(theirs), X509_get0_notAfter(ours)), 0);
    assert_int_equal(X509_get_ext_count(theirs), X509_get_ext_count(ours));
    for (int i = 0; i < X509_get_ext_count(theirs); i++) {
        X509_EXTENSION *one = X509_get_ext(theirs, i), *other = X509_get_ext(ours, i);
        assert_int_equal(OBJ_cmp(X509_EXTENSION_get_object(one), X509_EXTENSION_get_object(other)),
                         0);
        assert_int_equal(X509_EXTENSION_get_critical(one), X509_EXTENSION_get_critical(other));
        assert_int_equal(
            ASN1_STRING_cmp(X509_EXTENSION_get_data(one), X509_EXTENSION_get_data(other)), 0);
    }
}

static void assert_as_openssl(const unsigned char *der, size_t size)
{
    const unsigned char *at = der;
    X509 *theirs = d2i_X509(NULL, &at, (long)size), *ours = cert_parse(der, size);
    bool whole = theirs != NULL && at == der + size;
    assert_int_equal(ours != NULL, whole);
    if (whole)
        assert_alike(theirs, ours);
    EVP_PKEY *one = whole ? X509_get_pubkey(theirs) : NULL, *other = whole ? cert_key(ours) : NULL;
    assert_int_equal(other != NULL, one != NULL);
    if (one != NULL) {
        assert_int_equal(EVP_PKEY_base_id(one), EVP_PKEY_base_id(other));
        assert_int_equal(EVP_PKEY_bits(one), EVP_PKEY_bits(other));
    }
    EVP_PKEY_free(one);
    EVP_PKEY_free(other);
    X509_free(theirs);
    X509_free(ours);
}

/* Byte by byte, each bit changed, and none or all of them set (a number that is padded): what
 * OpenSSL takes for a certificate is one here, the same one, and nothing else is. */
static void takes_what_openssl_takes(void **state)
{
    (void)state;
    EVP_PKEY *rsa = key_of(EVP_PKEY_RSA, 1024);
    X509 *x = make_certificate(
        &(struct recipe){
            .cn = "x", .basic = "CA:TRUE", .usage = "keyCertSign,cRLSign", .eku = "serverAuth"},
        rsa);
    size_t size;
    unsigned char *der = der_of(x, &size);
    for (size_t i = 0; i < size; i++) {
        unsigned char was = der[i];
        for (unsigned k = 0; k < 10; k++) {
            unsigned changed = k < 8 ? was ^ 1u << k : k == 8 ? 0 : 0xFF;
            der[i] = (unsigned char)changed;
            assert_as_openssl(der, size);
        }
        der[i] = was;
    }
    free(der);
    X509_free(x);
    EVP_PKEY_free(rsa);
}

static void an_issuer_is_what_java_takes_for_one(void **state)
{
    (void)state;
    static const struct {
        struct recipe recipe;
        bool ca;
    } cases[] = {
        {{.cn = "a"}, false},
        {{.cn = "a", .basic = "CA:FALSE"}, false},
        {{.cn = "a", .basic = "critical,CA:TRUE"}, true},
        {{.cn = "a", .basic = "CA:TRUE", .usage = "digitalSignature"}, false},
        {{.cn = "a", .basic = "CA:TRUE", .usage = "keyCertSign"}, true},
        {{.cn = "a", .v1 = true}, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cert_facts f = facts_of(&cases[i].recipe);
        assert_int_equal(f.is_ca, cases[i].ca);
        cert_facts_free(&f);
    }
}

static void tells_weak_signatures_and_use(void **state)
{
    (void)state;
    X509 *ca = make_certificate(&(struct recipe){.cn = "ca", .basic = "CA:TRUE"}, key);
    struct cert_facts f =
        facts_of(&(struct recipe){.cn = "a", .md = EVP_sha1(), .issuer = ca, .issuer_key = key});
    assert_true(f.weak_signature);
    assert_false(f.self_signed);
    assert_true(f.for_servers);
    cert_facts_free(&f);
    f = facts_of(&(struct recipe){.cn = "a", .md = EVP_sha1(), .eku = "clientAuth"});
    assert_false(f.weak_signature);
    assert_false(f.for_servers);
    cert_facts_free(&f);
    f = facts_of(&(struct recipe){.cn = "a", .issuer = ca, .issuer_key = key, .eku = "serverAuth"});
    assert_false(f.weak_signature);
    assert_true(f.for_servers);
    cert_facts_free(&f);
    X509_free(ca);
}

static void a_renewal_has_same_subject_and_set_of_names(void **state)
{
    (void)state;
    struct cert_facts a = facts_of(&(struct recipe){.cn = "a", .names = "DNS:x,DNS:y,IP:1.2.3.4"});
    static const struct {
        struct recipe recipe;
        bool same;
    } cases[] = {
        {{.cn = "a", .names = "DNS:x,DNS:y,IP:1.2.3.4"}, true},
        {{.cn = "a", .names = "IP:1.2.3.4,DNS:Y,DNS:x,DNS:x"}, true},
        {{.cn = "b", .names = "DNS:x,DNS:y,IP:1.2.3.4"}, false},
        {{.cn = "a", .names = "DNS:x,DNS:y"}, false},
        {{.cn = "a", .names = "DNS:x,DNS:y,DNS:z"}, false},
        {{.cn = "a"}, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cert_facts b = facts_of(&cases[i].recipe);
        assert_int_equal(cert_same_names(&a, &b), cases[i].same);
        assert_int_equal(cert_same_names(&b, &a), cases[i].same);
        cert_facts_free(&b);
    }
    cert_facts_free(&a);
}

static void add_x509(struct cert_list *list, X509 *x)
{
    size_t size;
    unsigned char *der = der_of(x, &size);
    assert_true(cert_list_add(list, der, size));
    free(der);
}

static void finds_the_leaf_of_a_bundle(void **state)
{
    (void)state;
    X509 *root = make_certificate(&(struct recipe){.cn = "root", .basic = "CA:TRUE"}, key);
    X509 *old = make_certificate(&(struct recipe){.cn = "old ca", .v1 = true}, key);
    X509 *leaf =
        make_certificate(&(struct recipe){.cn = "leaf", .issuer = old, .issuer_key = key}, key);
    X509 *orders[][3] = {{leaf, old, root}, {root, old, leaf}, {old, leaf, root}};
    for (size_t i = 0; i < 3; i++) {
        struct cert_list list = {0};
        for (size_t k = 0; k < 3; k++)
            add_x509(&list, orders[i][k]);
        assert_ptr_equal(orders[i][cert_leaf(&list)], leaf);
        cert_list_free(&list);
    }
    struct cert_list only_ca = {0};
    add_x509(&only_ca, root);
    assert_int_equal(cert_leaf(&only_ca), 0);
    add_x509(&only_ca, root);
    assert_int_equal(cert_leaf(&only_ca), 0);
    cert_list_free(&only_ca);
    X509_free(root);
    X509_free(old);
    X509_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_fingerprints),
        cmocka_unit_test(tells_names_dates_and_key),
        cmocka_unit_test(tells_kind_and_size_of_each_key),
        cmocka_unit_test(takes_what_openssl_takes),
        cmocka_unit_test(an_issuer_is_what_java_takes_for_one),
        cmocka_unit_test(tells_weak_signatures_and_use),
        cmocka_unit_test(a_renewal_has_same_subject_and_set_of_names),
        cmocka_unit_test(finds_the_leaf_of_a_bundle),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

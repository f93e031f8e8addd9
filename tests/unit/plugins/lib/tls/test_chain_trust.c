#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cert_make.h"
#include "chain_trust.h"

#include <unistd.h>

static EVP_PKEY *ca_key, *key;

static int set_up(void **state)
{
    (void)state;
    ca_key = make_key();
    key = make_key();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    return 0;
}

static struct cert_list list_of(X509 *first, X509 *second)
{
    struct cert_list list = {0};
    X509 *all[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        if (all[i] == NULL)
            continue;
        size_t size;
        unsigned char *der = der_of(all[i], &size);
        assert_true(cert_list_add(&list, der, size));
        free(der);
    }
    return list;
}

/* Judges `leaf` (with `extra` beside it) by the one anchor, for scm1.example.com. */
static enum tls_verdict judge(X509 *anchor, X509 *leaf, X509 *extra)
{
    struct cert_list anchors = list_of(anchor, NULL), chain = list_of(leaf, extra);
    struct tls_trust *trust = tls_trust_anchors(&anchors);
    assert_non_null(trust);
    char why[200];
    enum tls_verdict verdict =
        tls_trust_check(trust, &chain, "scm1.example.com", (int64_t)time(NULL), why, sizeof(why));
    assert_int_equal(verdict == TLS_TRUSTED, why[0] == '\0');
    tls_trust_free(trust);
    cert_list_free(&anchors);
    cert_list_free(&chain);
    return verdict;
}

static X509 *leaf_of(X509 *issuer, struct recipe r)
{
    r.cn = r.cn != NULL ? r.cn : "scm1";
    r.names = r.names != NULL ? r.names : "DNS:scm1.example.com";
    r.issuer = issuer;
    r.issuer_key = issuer != NULL ? ca_key : NULL;
    return make_certificate(&r, key);
}

static void follows_a_chain_to_its_anchor(void **state)
{
    (void)state;
    X509 *ca = make_certificate(&(struct recipe){.cn = "ca", .basic = "CA:TRUE"}, ca_key);
    X509 *other = make_certificate(&(struct recipe){.cn = "other", .basic = "CA:TRUE"}, ca_key);
    X509 *leaf = leaf_of(ca, (struct recipe){0});
    X509 *middle = make_certificate(
        &(struct recipe){.cn = "middle", .basic = "CA:TRUE", .issuer = ca, .issuer_key = ca_key},
        ca_key);
    X509 *far = leaf_of(middle, (struct recipe){0});
    assert_int_equal(judge(ca, leaf, NULL), TLS_TRUSTED);
    assert_int_equal(judge(other, leaf, NULL), TLS_UNTRUSTED);
    assert_int_equal(judge(ca, far, middle), TLS_TRUSTED);
    assert_int_equal(judge(ca, far, NULL), TLS_UNTRUSTED);
    assert_int_equal(judge(middle, far, NULL), TLS_TRUSTED);
    X509_free(ca);
    X509_free(other);
    X509_free(leaf);
    X509_free(middle);
    X509_free(far);
}

static void a_leaf_that_is_an_anchor_is_trusted_expired_or_not(void **state)
{
    (void)state;
    X509 *live = leaf_of(NULL, (struct recipe){0});
    X509 *dead = leaf_of(NULL, (struct recipe){.from = -86400, .until = -3600});
    assert_int_equal(judge(live, live, NULL), TLS_TRUSTED);
    assert_int_equal(judge(dead, dead, NULL), TLS_TRUSTED);
    assert_int_equal(judge(live, dead, NULL), TLS_UNTRUSTED);
    X509_free(live);
    X509_free(dead);
}

static void an_expired_ca_anchor_still_vouches_but_an_expired_leaf_is_out(void **state)
{
    (void)state;
    X509 *ca = make_certificate(
        &(struct recipe){.cn = "ca", .basic = "CA:TRUE", .from = -86400, .until = -3600}, ca_key);
    X509 *live = leaf_of(ca, (struct recipe){0});
    X509 *dead = leaf_of(ca, (struct recipe){.from = -86400, .until = -3600});
    assert_int_equal(judge(ca, live, NULL), TLS_TRUSTED);
    assert_int_equal(judge(ca, dead, NULL), TLS_UNTRUSTED);
    X509_free(ca);
    X509_free(live);
    X509_free(dead);
}

static void an_anchor_that_is_no_ca_vouches_for_nothing_else(void **state)
{
    (void)state;
    static const struct recipe anchors[] = {
        {.cn = "ca"},
        {.cn = "ca", .basic = "CA:TRUE", .usage = "digitalSignature"},
    };
    for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
        X509 *ca = make_certificate(&anchors[i], ca_key);
        X509 *leaf = leaf_of(ca, (struct recipe){0});
        assert_int_equal(judge(ca, leaf, NULL), TLS_UNTRUSTED);
        X509_free(ca);
        X509_free(leaf);
    }
}

/* Each was asked of real JVMs, 17 and 25. */
static void a_leaf_is_judged_by_its_uses_as_java_does(void **state)
{
    (void)state;
    static const struct {
        struct recipe recipe;
        enum tls_verdict verdict;
    } cases[] = {
        {{.eku = "anyExtendedKeyUsage"}, TLS_TRUSTED},
        {{.eku = "nsSGC"}, TLS_TRUSTED},
        {{.eku = "msSGC"}, TLS_TRUSTED},
        {{.usage = "digitalSignature"}, TLS_TRUSTED},
        {{.usage = "keyEncipherment"}, TLS_UNTRUSTED},
        {{.usage = "keyAgreement"}, TLS_UNTRUSTED},
        {{.eku = "clientAuth"}, TLS_UNTRUSTED},
        {{.v1 = true}, TLS_TRUSTED},
    };
    X509 *ca = make_certificate(&(struct recipe){.cn = "ca", .basic = "CA:TRUE"}, ca_key);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        X509 *leaf = leaf_of(ca, cases[i].recipe);
        assert_int_equal(judge(ca, leaf, NULL), cases[i].verdict);
        X509_free(leaf);
    }
    X509_free(ca);
}

static void of_an_anchor_its_name_and_key_count_alone(void **state)
{
    (void)state;
    static const struct recipe anchors[] = {
        {.cn = "ca", .v1 = true},
        {.cn = "ca", .basic = "CA:TRUE", .eku = "clientAuth"},
        {.cn = "ca", .basic = "critical,CA:TRUE,pathlen:0"},
    };
    for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
        X509 *ca = make_certificate(&anchors[i], ca_key);
        X509 *leaf = leaf_of(ca, (struct recipe){0});
        assert_int_equal(judge(ca, leaf, NULL), TLS_TRUSTED);
        X509_free(ca);
        X509_free(leaf);
    }
}

static void a_client_certificate_is_no_servers(void **state)
{
    (void)state;
    X509 *ca = make_certificate(&(struct recipe){.cn = "ca", .basic = "CA:TRUE"}, ca_key);
    X509 *leaf = leaf_of(ca, (struct recipe){.eku = "clientAuth"});
    assert_int_equal(judge(ca, leaf, NULL), TLS_UNTRUSTED);
    X509_free(ca);
    X509_free(leaf);
}

static void names_are_checked_as_clients_do(void **state)
{
    (void)state;
    X509 *other = leaf_of(NULL, (struct recipe){.names = "DNS:scm2.example.com"});
    assert_int_equal(judge(other, other, NULL), TLS_WRONG_NAME);
    X509_free(other);
    X509 *x =
        leaf_of(NULL, (struct recipe){.names = "DNS:*.a.example,DNS:b.example,IP:10.0.0.1,IP:::1"});
    struct cert_list list = list_of(x, NULL);
    static const struct {
        const char *host;
        bool matches;
    } cases[] = {
        {"x.a.example", true}, {"X.A.Example", true}, {"x.y.a.example", false},
        {"a.example", false},  {"b.example.", true},  {"10.0.0.1", true},
        {"10.0.0.2", false},   {"::1", true},         {"scm1", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(tls_name_matches(&list.certs[0], cases[i].host), cases[i].matches);
    cert_list_free(&list);
    X509_free(x);
}

static void the_system_store_is_what_its_variable_names(void **state)
{
    (void)state;
    X509 *ca = make_certificate(&(struct recipe){.cn = "ca", .basic = "CA:TRUE"}, ca_key);
    X509 *leaf = leaf_of(ca, (struct recipe){0});
    X509 *weak = leaf_of(ca, (struct recipe){.md = EVP_sha1()});
    char path[] = "/tmp/tfhook-unit.XXXXXX", why[200];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char *pem = pem_of(ca);
    assert_int_equal(write(fd, pem, strlen(pem)), strlen(pem));
    assert_int_equal(close(fd), 0);
    free(pem);
    struct cert_list chain = list_of(leaf, NULL), weak_chain = list_of(weak, NULL);
    int64_t now = (int64_t)time(NULL);
    struct tls_trust *before = tls_trust_system();
    assert_int_equal(setenv("SSL_CERT_FILE", path, 1), 0);
    struct tls_trust *after = tls_trust_system();
    assert_non_null(before);
    assert_non_null(after);
    assert_int_equal(tls_trust_check(before, &chain, NULL, now, why, sizeof(why)), TLS_UNTRUSTED);
    assert_int_equal(tls_trust_check(after, &chain, NULL, now, why, sizeof(why)), TLS_TRUSTED);
    assert_int_equal(tls_trust_check(after, &weak_chain, NULL, now, why, sizeof(why)),
                     TLS_UNTRUSTED);
    assert_int_equal(tls_trust_check(after, &chain, NULL, now + 800 * 86400, why, sizeof(why)),
                     TLS_UNTRUSTED);
    assert_non_null(strstr(why, "expired"));
    assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
    (void)unlink(path);
    tls_trust_free(before);
    tls_trust_free(after);
    cert_list_free(&chain);
    cert_list_free(&weak_chain);
    X509_free(ca);
    X509_free(leaf);
    X509_free(weak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_a_chain_to_its_anchor),
        cmocka_unit_test(a_leaf_that_is_an_anchor_is_trusted_expired_or_not),
        cmocka_unit_test(an_expired_ca_anchor_still_vouches_but_an_expired_leaf_is_out),
        cmocka_unit_test(an_anchor_that_is_no_ca_vouches_for_nothing_else),
        cmocka_unit_test(a_leaf_is_judged_by_its_uses_as_java_does),
        cmocka_unit_test(of_an_anchor_its_name_and_key_count_alone),
        cmocka_unit_test(a_client_certificate_is_no_servers),
        cmocka_unit_test(names_are_checked_as_clients_do),
        cmocka_unit_test(the_system_store_is_what_its_variable_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

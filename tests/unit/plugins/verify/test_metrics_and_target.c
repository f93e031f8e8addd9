#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <string.h>

#include "metrics.h"
#include "target.h"

static void targets_are_hosts_with_a_port_or_without(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *subject;
        unsigned port;
    } cases[] = {
        {"scm1", "scm1", "scm1:443", 443},
        {"scm1.example.com:8443", "scm1.example.com", "scm1.example.com:8443", 8443},
        {"10.0.0.1:65535", "10.0.0.1", "10.0.0.1:65535", 65535},
        {"[::1]:5432", "::1", "[::1]:5432", 5432},
        {"[fe80::1]", "fe80::1", "[fe80::1]:443", 443},
        {"2001:db8::1", "2001:db8::1", "[2001:db8::1]:443", 443},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct verify_target target;
        const char *why = NULL;
        assert_true(verify_target_parse(cases[i].text, 443, &target, &why));
        assert_string_equal(target.host, cases[i].host);
        assert_string_equal(target.subject, cases[i].subject);
        assert_int_equal(target.port, cases[i].port);
    }
}

static void what_is_no_target_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      ":443",   "scm1:",    "scm1:0",     "scm1:65536",     "scm1:44x",  "https://scm1",
        "[::1",  "[::1]x", "[scm1]:1", "a b",        "-oProxy",        "user@scm1", "scm1:000443",
        "1:2:3", "[]",     "x\n",      "scm1:443/x", "scm1:443:extra", "[::1]:",
    };
    char huge[400];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct verify_target target = {.port = 7};
        const char *why = NULL;
        assert_false(verify_target_parse(texts[i], 443, &target, &why));
        assert_non_null(why);
        assert_int_equal(target.port, 7);
    }
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    struct verify_target target;
    const char *why = NULL;
    assert_false(verify_target_parse(huge, 443, &target, &why));
}

static void a_target_is_listed_once(void **state)
{
    (void)state;
    struct verify_targets list = {0};
    assert_true(verify_targets_add(&list, "scm1", 443));
    assert_true(verify_targets_add(&list, "SCM1:443", 443));
    assert_true(verify_targets_add(&list, "scm1:8443", 443));
    assert_false(verify_targets_add(&list, "no host", 443));
    assert_int_equal(list.count, 2);
}

static void loopback_is_this_machine(void **state)
{
    (void)state;
    static const char *const here[] = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9", "::1"};
    static const char *const there[] = {"scm1", "128.0.0.1", "127.0.0.1.example.com", "::2"};
    struct verify_target target;
    const char *why = NULL;
    for (size_t i = 0; i < 5; i++) {
        assert_true(verify_target_parse(here[i], 1, &target, &why));
        assert_true(verify_target_is_loopback(&target));
    }
    for (size_t i = 0; i < 4; i++) {
        assert_true(verify_target_parse(there[i], 1, &target, &why));
        assert_false(verify_target_is_loopback(&target));
    }
}

static void labels_of_metrics_are_escaped(void **state)
{
    (void)state;
    struct bytes out = {0};
    verify_metrics_head(&out);
    char name[] = "evil\n\"} 1\nx{\x01\xff";
    verify_metrics_add(&out, "file", "scm1", "/c/a\"b\\c.crt",
                       &(struct cert_facts){.common_name = name, .not_after = 1900000000});
    assert_false(out.failed);
    const char *line = strstr((const char *)out.data, "x509_cert_not_after{");
    assert_string_equal(line, "x509_cert_not_after{source=\"file\",subject=\"scm1\","
                              "filepath=\"/c/a\\\"b\\\\c.crt\","
                              "subject_CN=\"evil\\n\\\"} 1\\nx{??\"} 1900000000\n");
    bytes_free(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_hosts_with_a_port_or_without),
        cmocka_unit_test(what_is_no_target_is_refused),
        cmocka_unit_test(a_target_is_listed_once),
        cmocka_unit_test(loopback_is_this_machine),
        cmocka_unit_test(labels_of_metrics_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

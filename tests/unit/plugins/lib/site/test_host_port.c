/* host[:port], and what several keys have in common besides. */
#include "unit.h"

#include <string.h>

#include "alias.h"
#include "host_port.h"
#include "kept_copy.h"

static void a_text_is_split_into_host_and_rest(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *rest;
        bool bracketed, several;
    } cases[] = {
        {"scm1", "scm1", "", false, false},        {"scm1:443", "scm1", ":443", false, false},
        {"scm1:", "scm1", ":", false, false},      {":443", "", ":443", false, false},
        {"[::1]:443", "::1", ":443", true, false}, {"[::1]x", "::1", "x", true, false},
        {"::1", "::1", "", false, true},           {"", "", "", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host_port parts;
        assert_true(host_port_split(cases[i].text, &parts));
        assert_string_equal(parts.host, cases[i].host);
        assert_string_equal(parts.rest, cases[i].rest);
        assert_int_equal(parts.bracketed, cases[i].bracketed);
        assert_int_equal(parts.several, cases[i].several);
    }
    struct host_port parts;
    assert_false(host_port_split("[::1", &parts));
}

static void a_port_is_a_number_up_to_65535(void **state)
{
    (void)state;
    static const char *const none[] = {"",    "0",  "65536", "000443",
                                       "44x", "-1", " 1",    "99999999999"};
    unsigned port = 7;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(port_parse(none[i], &port));
    assert_int_equal(port, 7);
    assert_true(port_parse("65535", &port));
    assert_int_equal(port, 65535);
    assert_string_equal(host_port_text("scm1", 1), "scm1:1");
    assert_string_equal(host_port_text("::1", 443), "[::1]:443");
}

static void a_file_goes_by_its_base_name(void **state)
{
    (void)state;
    assert_string_equal(alias_of_file("/a/SCM1.crt"), "scm1");
    assert_string_equal(alias_of_file("/a.b/scm1.example.com.PEM"), "scm1.example.com");
    assert_string_equal(alias_of_file("x.p7b"), "x");
    assert_string_equal(alias_of_file("/a/.crt"), ".crt");
    assert_string_equal(alias_of_file("/a/server"), "server");
}

static void a_copy_is_a_file_of_its_alias(void **state)
{
    (void)state;
    assert_string_equal(kept_copy_alias("SCM1.crt"), "SCM1");
    assert_null(kept_copy_alias(".scm1.crt"));
    assert_null(kept_copy_alias(".crt"));
    assert_null(kept_copy_alias("scm1.CRT"));
    assert_null(kept_copy_alias("scm1.pem"));
    assert_string_equal(kept_copy_path("/c", "scm1"), "/c/scm1.crt");
    assert_string_equal(kept_copy_path("/", "scm1"), "/scm1.crt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_split_into_host_and_rest),
        cmocka_unit_test(a_port_is_a_number_up_to_65535),
        cmocka_unit_test(a_file_goes_by_its_base_name),
        cmocka_unit_test(a_copy_is_a_file_of_its_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

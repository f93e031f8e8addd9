#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aliases.h"
#include "bytes.h"
#include "pins.h"

static const struct cert first = {.sha256 = {1}}, second = {.sha256 = {2}};
static const unsigned char *const one = first.sha256, *const two = second.sha256;

static void different_names_stay_short(void **state)
{
    (void)state;
    struct pick picks[] = {
        {.alias = "scm1", .full = "scm1.a", .origin = "x", .cert = &first},
        {.alias = "scm2", .full = "scm2.a", .origin = "y", .cert = &second},
    };
    assert_null(alias_settle(picks, 2));
    assert_string_equal(picks[0].name, "scm1");
    assert_string_equal(picks[1].name, "scm2");
}

static void clashing_servers_get_their_full_names_whatever_the_order(void **state)
{
    (void)state;
    struct pick picks[] = {
        {.alias = "scm", .full = "scm.a", .origin = "x", .cert = &first},
        {.alias = "scm", .full = "scm.b", .origin = "y", .cert = &second},
        {.alias = "scm", .full = "scm.a", .origin = "z", .cert = &first},
        {.alias = "app", .full = "app.a", .origin = "w", .cert = &first},
    };
    assert_null(alias_settle(picks, 4));
    assert_string_equal(picks[0].name, "scm.a");
    assert_string_equal(picks[1].name, "scm.b");
    assert_string_equal(picks[2].name, "scm.a");
    assert_string_equal(picks[3].name, "app");
}

static void the_same_certificate_is_no_clash(void **state)
{
    (void)state;
    struct pick picks[] = {
        {.alias = "scm", .full = "scm.a", .origin = "x", .cert = &first},
        {.alias = "scm", .full = "scm.b", .origin = "y", .cert = &first},
        {.alias = "scm", .full = "scm.c", .origin = "z", .cert = NULL},
    };
    assert_null(alias_settle(picks, 3));
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(picks[i].name, "scm");
}

static void a_given_alias_stays_and_the_other_gives_way(void **state)
{
    (void)state;
    struct pick picks[] = {
        {.alias = "scm", .full = "scm", .origin = "x", .cert = &first, .fixed = true},
        {.alias = "scm", .full = "scm.b", .origin = "y", .cert = &second},
    };
    assert_null(alias_settle(picks, 2));
    assert_string_equal(picks[0].name, "scm");
    assert_string_equal(picks[1].name, "scm.b");
}

static void what_still_clashes_fails_and_names_both(void **state)
{
    (void)state;
    struct pick picks[] = {
        {.alias = "scm", .full = "scm", .origin = "https://scm", .cert = &first},
        {.alias = "scm", .full = "scm", .origin = "https://scm:8443", .cert = &second},
        {.alias = "a", .full = "a.x", .origin = "https://a.x", .cert = &first},
        {.alias = "a", .full = "a.y", .origin = "https://a.y", .cert = &second},
        {.alias = "a.x", .full = "a.x", .origin = "/d/a.x.crt", .cert = &second},
    };
    const char *text = alias_settle(picks, 5);
    assert_non_null(text);
    assert_non_null(strstr(text, "https://scm and https://scm:8443 "));
    assert_non_null(strstr(text, "https://a.x and /d/a.x.crt "));
    assert_null(strstr(text, "https://a.y and"));
}

static void a_name_that_makes_no_alias_fails(void **state)
{
    (void)state;
    struct pick picks[] = {{.alias = "", .full = "", .origin = "/d/x", .cert = &first}};
    const char *text = alias_settle(picks, 1);
    assert_non_null(text);
    assert_non_null(strstr(text, "/d/x"));
}

static void pins_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct pins pins = {0}, back = {0};
    struct bytes text = {0}, again = {0};
    size_t line;
    pins_set(&pins, "tls://scm2:443", two);
    pins_set(&pins, "tls://scm1:443", two);
    pins_set(&pins, "tls://scm1:443", one);
    assert_int_equal(pins.count, 2);
    pins_write(&pins, &text);
    assert_true(pins_parse(text.data, text.size, &back, &line));
    assert_int_equal(back.count, 2);
    assert_memory_equal(pins_find(&back, "tls://scm1:443"), one, CERT_SHA256_SIZE);
    assert_memory_equal(pins_find(&back, "tls://scm2:443"), two, CERT_SHA256_SIZE);
    assert_null(pins_find(&back, "tls://scm1:44"));
    assert_null(pins_find(&back, "tls://zzz:1"));
    pins_write(&back, &again);
    assert_int_equal(text.size, again.size);
    assert_memory_equal(text.data, again.data, text.size);
    bytes_free(&text);
    bytes_free(&again);
}

static void garbled_pins_are_refused_by_line(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x\n", "tls://a:1 sha256:aa\n",
        " sha256:0000000000000000000000000000000000000000000000000000000000000000\n", "\n"};
    struct pins pins;
    size_t line;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct bytes b = {0};
        bytes_printf(&b, "a sha256:%064d\n%s", 0, texts[i]);
        assert_false(pins_parse(b.data, b.size, &pins, &line));
        assert_int_equal(line, 2);
        bytes_free(&b);
    }
    assert_false(pins_parse("a\0b", 3, &pins, &line));
    assert_true(pins_parse("", 0, &pins, &line));
    assert_int_equal(pins.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_names_stay_short),
        cmocka_unit_test(clashing_servers_get_their_full_names_whatever_the_order),
        cmocka_unit_test(the_same_certificate_is_no_clash),
        cmocka_unit_test(a_given_alias_stays_and_the_other_gives_way),
        cmocka_unit_test(what_still_clashes_fails_and_names_both),
        cmocka_unit_test(a_name_that_makes_no_alias_fails),
        cmocka_unit_test(pins_come_back_as_they_were_written),
        cmocka_unit_test(garbled_pins_are_refused_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <stdlib.h>
#include <string.h>

#include "pgconf.h"

static const char sample[] = "#ssl = off\n"
                             "ssl = on # why\n"
                             "  SSL off\r\n"
                             "ssl_cert_file = '/ssl/it''s \\'db1\\'.crt'\n"
                             "ssl_key_file='/ssl/a b'#c\n"
                             "sslx = on\n"
                             "ssl\n"
                             "ssl =\n"
                             "ssl = # nothing\n"
                             "ssl = on off\n"
                             "ssl = 'open\n"
                             "include 'more.conf'\n"
                             "include_dir='conf.d'\n"
                             "a.b = 1\n"
                             "ssl=yes";

static void statements_are_read_as_the_server_does(void **state)
{
    (void)state;
    static const struct pgconf_statement wanted[] = {
        {2, "ssl", "on"},
        {3, "ssl", "off"},
        {4, "ssl_cert_file", "/ssl/it's 'db1'.crt"},
        {5, "ssl_key_file", "/ssl/a b"},
        {6, "sslx", "on"},
        {12, "include", "more.conf"},
        {13, "include_dir", "conf.d"},
        {14, "a.b", "1"},
        {15, "ssl", "yes"},
    };
    struct pgconf_reader reader = {.data = sample, .size = strlen(sample)};
    struct pgconf_statement found;
    size_t count = 0;
    while (pgconf_next(&reader, &found)) {
        assert_true(count < sizeof wanted / sizeof wanted[0]);
        assert_int_equal(found.line, wanted[count].line);
        assert_string_equal(found.name, wanted[count].name);
        assert_string_equal(found.value, wanted[count].value);
        count++;
    }
    assert_int_equal(count, sizeof wanted / sizeof wanted[0]);
}

static void every_prefix_ends(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof sample; size++) {
        char *copy = malloc(size > 0 ? size : 1);
        assert_non_null(copy);
        memcpy(copy, sample, size);
        struct pgconf_reader reader = {.data = copy, .size = size};
        struct pgconf_statement found;
        size_t count = 0;
        while (pgconf_next(&reader, &found))
            assert_true(++count < 16);
        free(copy);
    }
}

static void what_is_too_long_is_passed_over(void **state)
{
    (void)state;
    char text[4096] = "x = '";
    memset(text + 5, 'a', 2000);
    memcpy(text + 2005, "'\nssl = on\n", 12);
    struct pgconf_reader reader = {.data = text, .size = strlen(text)};
    struct pgconf_statement found;
    assert_true(pgconf_next(&reader, &found));
    assert_string_equal(found.name, "ssl");
}

static void booleans_have_many_spellings(void **state)
{
    (void)state;
    static const char *const yes[] = {"on", "ON", "true", "t", "Tru", "yes", "y", "1"};
    static const char *const no[] = {"off", "of", "false", "F", "no", "n", "0"};
    static const char *const neither[] = {"o", "", "onn", "2", "enabled", "10"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_int_equal(pgconf_truth(yes[i]), PGCONF_TRUE);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_int_equal(pgconf_truth(no[i]), PGCONF_FALSE);
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++)
        assert_int_equal(pgconf_truth(neither[i]), PGCONF_NEITHER);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_read_as_the_server_does),
        cmocka_unit_test(every_prefix_ends),
        cmocka_unit_test(what_is_too_long_is_passed_over),
        cmocka_unit_test(booleans_have_many_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format off */
#include <cmocka.h>
/* clang-format on */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "site_options.h"

static const char sample[] = "\xef\xbb\xbf# a site\n"
                             "\n"
                             "app1:SERVICES = ctfcore etl\r\n"
                             "  DATABASE_SSL = off \n"
                             "ADMIN_PASSWORD=s3cr3t=with, commas #and more\n"
                             "BANNER = START_MULTILINE_BLOCK\n"
                             "DATABASE_SSL=on\n"
                             "# no comment, {__ no reference\n"
                             "END_MULTILINE_BLOCK\r\n"
                             "DIR=/var/ops/ssl\n"
                             "FILE={__DIR__}/db1.crt\n"
                             "PATHS={__FILE__}:{__DIR__}\n"
                             "LOST={__NOWHERE__}\n"
                             "LEAK={__ADMIN_PASSWORD__}\n"
                             "SELF={__SELF__}\n"
                             "OPEN={__DIR\n"
                             "not a token\n"
                             "=nameless\n"
                             "LAST=no newline";

static struct site_options parse(const char *text)
{
    struct site_options options;
    struct site_error error;
    assert_int_equal(site_options_parse(text, strlen(text), &options, &error), 0);
    return options;
}

static void every_line_knows_its_kind(void **state)
{
    (void)state;
    static const enum site_kind kinds[] = {
        SITE_COMMENT,     SITE_BLANK,      SITE_TOKEN,      SITE_TOKEN,     SITE_TOKEN,
        SITE_BLOCK_START, SITE_BLOCK_BODY, SITE_BLOCK_BODY, SITE_BLOCK_END, SITE_TOKEN,
        SITE_TOKEN,       SITE_TOKEN,      SITE_TOKEN,      SITE_TOKEN,     SITE_TOKEN,
        SITE_TOKEN,       SITE_ODD,        SITE_ODD,        SITE_TOKEN};
    struct site_options options = parse(sample);
    assert_int_equal(options.count, sizeof kinds / sizeof kinds[0]);
    for (size_t i = 0; i < options.count; i++)
        assert_int_equal(options.lines[i].kind, kinds[i]);
}

static void lines_joined_again_are_the_same_bytes(void **state)
{
    (void)state;
    struct site_options options = parse(sample);
    size_t at = 0;
    for (size_t i = 0; i < options.count; i++) {
        assert_memory_equal(options.lines[i].text, sample + at, options.lines[i].size);
        at += options.lines[i].size;
        if (at < strlen(sample))
            assert_int_equal(sample[at++], '\n');
    }
    assert_int_equal(at, strlen(sample));
}

static void gives(const struct site_options *options, const char *name, const char *value)
{
    char *found = NULL;
    struct site_error error;
    assert_int_equal(site_options_get(options, name, &found, &error), 0);
    assert_string_equal(found, value);
}

static void refuses(const struct site_options *options, const char *name, int result, size_t line,
                    const char *part)
{
    char *found = NULL;
    struct site_error error;
    assert_int_equal(site_options_get(options, name, &found, &error), result);
    assert_null(found);
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.text, part));
    assert_null(strstr(error.text, "s3cr3t"));
}

static void values_run_to_the_end_of_the_line(void **state)
{
    (void)state;
    struct site_options options = parse(sample);
    gives(&options, "DATABASE_SSL", "off");
    gives(&options, "ADMIN_PASSWORD", "s3cr3t=with, commas #and more");
    gives(&options, "app1:SERVICES", "ctfcore etl");
    gives(&options, "LAST", "no newline");
    refuses(&options, "MISSING", -ENOENT, 0, "not set");
    refuses(&options, "BANNER", -EINVAL, 6, "multi-line block");
}

static void references_are_resolved_or_said_to_be_not_understood(void **state)
{
    (void)state;
    struct site_options options = parse(sample);
    gives(&options, "FILE", "/var/ops/ssl/db1.crt");
    gives(&options, "PATHS", "/var/ops/ssl/db1.crt:/var/ops/ssl");
    refuses(&options, "LOST", -EINVAL, 13, "not understood");
    refuses(&options, "LEAK", -EINVAL, 14, "secret");
    refuses(&options, "SELF", -EINVAL, 15, "itself");
    refuses(&options, "OPEN", -EINVAL, 16, "does not end");
}

static void references_that_fan_out_end_soon(void **state)
{
    (void)state;
    struct site_options options =
        parse("A={__B__}{__B__}{__B__}{__B__}{__B__}{__B__}{__B__}{__B__}\n"
              "B={__C__}{__C__}{__C__}{__C__}{__C__}{__C__}{__C__}{__C__}\n"
              "C={__D__}{__D__}{__D__}{__D__}{__D__}{__D__}{__D__}{__D__}\n"
              "D=\n");
    refuses(&options, "A", -EINVAL, 1, "not understood");
    gives(&options, "D", "");
}

static void a_repeated_token_is_a_conflict_with_both_lines(void **state)
{
    (void)state;
    struct site_options options = parse("X=1\nADMIN_PASSWORD=s3cr3t\nX = s3cr3t\n");
    refuses(&options, "X", -EINVAL, 3, "line 1 and again on line 3");
    options = parse("x=s3cr3t\n");
    refuses(&options, "X", -EINVAL, 1, "case");
}

static void blocks_must_begin_and_end(void **state)
{
    (void)state;
    struct site_options options;
    struct site_error error;
    static const char open[] = "A=1\nB=START_MULTILINE_BLOCK\nC=START_MULTILINE_BLOCK\n";
    assert_int_equal(site_options_parse(open, strlen(open), &options, &error), -EINVAL);
    assert_int_equal(error.line, 2);
    static const char lone[] = "A=1\nEND_MULTILINE_BLOCK\n";
    assert_int_equal(site_options_parse(lone, strlen(lone), &options, &error), -EINVAL);
    assert_int_equal(error.line, 2);
}

/* Every prefix, and every prefix with one byte changed, parses or is an error. */
static void no_input_is_too_odd(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof sample; size++) {
        for (int change = -1; change < 256; change += 51) {
            char *copy = malloc(size + 1); /* exactly sized, so that a read beyond it is seen */
            assert_non_null(copy);
            memcpy(copy, sample, size);
            if (change >= 0 && size > 0)
                copy[size / 2] = (char)change;
            char *exact = realloc(copy, size > 0 ? size : 1);
            struct site_options options;
            struct site_error error;
            char *value = NULL;
            if (site_options_parse(exact, size, &options, &error) == 0) {
                for (size_t i = 0; i < options.count; i++) {
                    if (options.lines[i].kind == SITE_TOKEN)
                        (void)!site_options_resolve(&options, i, &value, &error);
                }
            } else {
                assert_true(error.line > 0);
            }
            free(exact);
        }
    }
}

static void secret_names_are_known(void **state)
{
    (void)state;
    static const char *const secret[] = {"ADMIN_PASSWORD", "OBFUSCATION_KEY", "AUTO_DATA",
                                         "host:some_secret_x"};
    static const char *const open[] = {"DATABASE_SSL", "POSTGRES_SSL_KEY_FILE", "DIR", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(site_options_is_secret(secret[i], strlen(secret[i])));
        assert_false(site_options_is_secret(open[i], strlen(open[i])));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_knows_its_kind),
        cmocka_unit_test(lines_joined_again_are_the_same_bytes),
        cmocka_unit_test(values_run_to_the_end_of_the_line),
        cmocka_unit_test(references_are_resolved_or_said_to_be_not_understood),
        cmocka_unit_test(references_that_fan_out_end_soon),
        cmocka_unit_test(a_repeated_token_is_a_conflict_with_both_lines),
        cmocka_unit_test(blocks_must_begin_and_end),
        cmocka_unit_test(no_input_is_too_odd),
        cmocka_unit_test(secret_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

#include "line_edit.h"
#include "site_options_edit.h"

static const struct site_want wants[] = {
    {"DATABASE_SSL", "on"},
    {"POSTGRES_SSL_CERT_FILE", "/ssl/db1.crt"},
    {"POSTGRES_SSL_KEY_FILE", "/ssl/db1.key"},
};

static struct mem mem;

static int forget(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

static struct site_edits plan(const char *text)
{
    struct site_options options;
    struct site_edits found = {0};
    struct site_error error;
    assert_int_equal(site_options_parse(text, strlen(text), &options, &error), 0);
    assert_int_equal(site_options_edit(&options, wants, 3, &found, &error), 0);
    return found;
}

/* Through the code that really applies and undoes them. */
static void expect_text(const char *before, const char *after)
{
    struct site_edits found = plan(before);
    struct edit items[3];
    struct edits edits = {items, found.count};
    for (size_t i = 0; i < found.count; i++)
        edits.items[i] = (struct edit){.old_line = found.edits[i].old_line,
                                       .new_line = found.edits[i].new_line,
                                       .anchor = found.edits[i].anchor};
    struct blob old = {(const unsigned char *)before, strlen(before)}, new = {0}, back = {0};
    const char *why = "";
    struct edits placed, undone;
    assert_int_equal(edits_apply(&mem, &edits, &old, &new, &placed, &why), 0);
    assert_int_equal(new.size, strlen(after));
    assert_memory_equal(new.data, after, new.size);
    assert_int_equal(edits_undo(&mem, &placed, &new, &back, &undone, &why), 0);
    assert_int_equal(back.size, old.size);
    assert_memory_equal(back.data, before, back.size);
    if (strcmp(before, after) != 0)
        expect_text(after, after);
}

static void expect_conflict(const char *text, size_t line, const char *part)
{
    struct site_options options;
    struct site_edits found = {0};
    struct site_error error;
    assert_int_equal(site_options_parse(text, strlen(text), &options, &error), 0);
    assert_int_equal(site_options_edit(&options, wants, 3, &found, &error), -EINVAL);
    assert_int_equal(error.line, line);
    assert_non_null(strstr(error.text, part));
}

#define SET                                                                                        \
    "DATABASE_SSL=on\nPOSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n"

static void what_is_set_is_left_alone(void **state)
{
    (void)state;
    expect_text(SET, SET);
    expect_text("D=/ssl\nDATABASE_SSL = on\nPOSTGRES_SSL_CERT_FILE={__D__}/db1.crt\n"
                "POSTGRES_SSL_KEY_FILE =\t{__D__}/db1.key  \n",
                "D=/ssl\nDATABASE_SSL = on\nPOSTGRES_SSL_CERT_FILE={__D__}/db1.crt\n"
                "POSTGRES_SSL_KEY_FILE =\t{__D__}/db1.key  \n");
}

static void missing_tokens_go_to_the_end(void **state)
{
    (void)state;
    expect_text("", SET);
    expect_text("A=1\n", "A=1\n" SET);
    expect_text("A=1\n\n", "A=1\n\n" SET);
    expect_text("A=1", "A=1\nDATABASE_SSL=on\nPOSTGRES_SSL_CERT_FILE=/ssl/db1.crt\n"
                       "POSTGRES_SSL_KEY_FILE=/ssl/db1.key");
}

static void missing_tokens_go_after_the_last_of_ours(void **state)
{
    (void)state;
    expect_text(
        "DATABASE_SSL=off\nADMIN_PASSWORD=s3cr3t\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\nZ=1\n",
        "DATABASE_SSL=on\nADMIN_PASSWORD=s3cr3t\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n"
        "POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nZ=1\n");
}

static void replaced_lines_stay_where_they_are(void **state)
{
    (void)state;
    expect_text("\xef\xbb\xbf"
                "DATABASE_SSL = off # why\n# DATABASE_SSL=no\n"
                "POSTGRES_SSL_KEY_FILE={__X__}\nPOSTGRES_SSL_CERT_FILE=\n",
                "\xef\xbb\xbf"
                "DATABASE_SSL=on\n# DATABASE_SSL=no\n"
                "POSTGRES_SSL_KEY_FILE=/ssl/db1.key\nPOSTGRES_SSL_CERT_FILE=/ssl/db1.crt\n");
}

static void windows_line_ends_are_kept(void **state)
{
    (void)state;
    expect_text("A=1\r\nDATABASE_SSL=off\r\n",
                "A=1\r\nDATABASE_SSL=on\r\nPOSTGRES_SSL_CERT_FILE=/ssl/db1.crt\r\n"
                "POSTGRES_SSL_KEY_FILE=/ssl/db1.key\r\n");
}

static void blocks_are_never_touched(void **state)
{
    (void)state;
    expect_text(
        "B=START_MULTILINE_BLOCK\nDATABASE_SSL=off\nEND_MULTILINE_BLOCK\nDATABASE_SSL=off\n",
        "B=START_MULTILINE_BLOCK\nDATABASE_SSL=off\nEND_MULTILINE_BLOCK\nDATABASE_SSL=on\n"
        "POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n");
    /* The same text stands in a block already: another spelling can be found again. */
    expect_text("B=START_MULTILINE_BLOCK\nDATABASE_SSL=on\nEND_MULTILINE_BLOCK\n",
                "B=START_MULTILINE_BLOCK\nDATABASE_SSL=on\nEND_MULTILINE_BLOCK\nDATABASE_SSL = on\n"
                "POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n");
    expect_text("B=START_MULTILINE_BLOCK\nDATABASE_SSL=on\nEND_MULTILINE_BLOCK\nDATABASE_SSL=off\n",
                "B=START_MULTILINE_BLOCK\nDATABASE_SSL=on\nEND_MULTILINE_BLOCK\nDATABASE_SSL=on\n"
                "POSTGRES_SSL_CERT_FILE=/ssl/db1.crt\nPOSTGRES_SSL_KEY_FILE=/ssl/db1.key\n");
}

static void what_cannot_be_told_apart_is_a_conflict(void **state)
{
    (void)state;
    expect_conflict("B=START_MULTILINE_BLOCK\nDATABASE_SSL=off\nEND_MULTILINE_BLOCK\n"
                    "ADMIN_PASSWORD=s3cr3t\nDATABASE_SSL=off\n",
                    5, "blank line before line 5");
    expect_conflict("DATABASE_SSL=on\nDATABASE_SSL=on\n", 2, "line 1 and again on line 2");
}

static void no_edit_quotes_a_line_of_others(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "ADMIN_PASSWORD=s3cr3t\nDATABASE_SSL=off\nOBFUSCATION_KEY=s3cr3t\n",
        "#s3cr3t\nDATABASE_SSL=off",
        "ADMIN_PASSWORD=s3cr3t",
        "B=START_MULTILINE_BLOCK\ns3cr3t\nDATABASE_SSL=off\nEND_MULTILINE_BLOCK\nX=s3cr3t\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct site_edits found = plan(texts[i]);
        assert_true(found.count >= 3);
        for (size_t j = 0; j < found.count; j++) {
            const struct site_edit *edit = &found.edits[j];
            assert_null(edit->old_line == NULL ? NULL : strstr(edit->old_line, "s3cr3t"));
            assert_null(strstr(edit->new_line, "s3cr3t"));
            assert_null(edit->anchor == NULL ? NULL : strstr(edit->anchor, "s3cr3t"));
        }
    }
}

/* Files made of these lines in every order: what we do can always be undone, byte for byte. */
static void edits_and_their_inverse_give_back_the_file(void **state)
{
    (void)state;
    static const char *const parts[] = {"A=1\n",
                                        "DATABASE_SSL=off\n",
                                        "\n",
                                        ("B=START_MULTILINE_BLOCK\nDATABASE_SSL=off\n"
                                         "DATABASE_SSL=on\nEND_MULTILINE_BLOCK\n"),
                                        "POSTGRES_SSL_KEY_FILE = x\r\n",
                                        "# c",
                                        ""};
    enum { PARTS = sizeof parts / sizeof parts[0], DEPTH = 5 };
    size_t planned = 0;
    for (size_t n = 0; n < 7 * 7 * 7 * 7 * 7; n++) {
        char text[512] = "";
        size_t at = 0, rest = n;
        for (size_t i = 0; i < DEPTH; i++, rest /= PARTS) {
            size_t size = strlen(parts[rest % PARTS]);
            memcpy(text + at, parts[rest % PARTS], size + 1);
            at += size;
        }
        struct site_options options;
        struct site_edits found = {0};
        struct site_error error;
        if (site_options_parse(text, at, &options, &error) < 0)
            continue;
        if (site_options_edit(&options, wants, 3, &found, &error) == 0) {
            struct edit items[3];
            struct edits edits = {items, found.count};
            for (size_t i = 0; i < found.count; i++)
                items[i] = (struct edit){.old_line = found.edits[i].old_line,
                                         .new_line = found.edits[i].new_line,
                                         .anchor = found.edits[i].anchor};
            struct blob old = {(unsigned char *)text, at}, new = {0}, back = {0};
            const char *why = "";
            struct edits placed, undone;
            struct site_options again;
            assert_int_equal(edits_apply(&mem, &edits, &old, &new, &placed, &why), 0);
            assert_int_equal(edits_undo(&mem, &placed, &new, &back, &undone, &why), 0);
            assert_int_equal(back.size, at);
            assert_memory_equal(back.data, text, at);
            assert_int_equal(site_options_parse(new.data, new.size, &again, &error), 0);
            for (size_t i = 0; i < 3; i++) {
                char *value = NULL;
                assert_int_equal(site_options_get(&again, wants[i].name, &value, &error), 0);
                assert_string_equal(value, wants[i].value);
            }
            planned++;
            mem_free(&mem);
        }
    }
    assert_true(planned > 1000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_set_is_left_alone, forget),
        cmocka_unit_test_teardown(missing_tokens_go_to_the_end, forget),
        cmocka_unit_test_teardown(missing_tokens_go_after_the_last_of_ours, forget),
        cmocka_unit_test_teardown(replaced_lines_stay_where_they_are, forget),
        cmocka_unit_test_teardown(windows_line_ends_are_kept, forget),
        cmocka_unit_test_teardown(blocks_are_never_touched, forget),
        cmocka_unit_test_teardown(what_cannot_be_told_apart_is_a_conflict, forget),
        cmocka_unit_test_teardown(no_edit_quotes_a_line_of_others, forget),
        cmocka_unit_test_teardown(edits_and_their_inverse_give_back_the_file, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "text.h"
#include "unit.h"

#include <string.h>

static struct mem mem;

static int free_mem(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

static const char *escape(const char *text)
{
    return text_escape(&mem, text, strlen(text));
}

static void escapes_what_could_deceive_a_terminal(void **state)
{
    (void)state;
    assert_string_equal(escape("plain Grün 名"), "plain Grün 名");
    assert_string_equal(escape("a\nb\033[31m"), "a\\x0ab\\x1b[31m");
    assert_string_equal(escape("\xff\xc0\x80"), "\\xff\\xc0\\x80");
    assert_string_equal(escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");     /* a surrogate */
    assert_string_equal(escape("x\xe2\x80\xaey"), "x\\xe2\\x80\\xaey"); /* right-to-left override */
    assert_string_equal(escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    assert_string_equal(escape("\xe2\x82"), "\\xe2\\x82");                   /* cut off */
    assert_string_equal(text_escape(&mem, "a\0b", 3), "a\\x00b");
}

static void splits_words_with_shell_quoting(void **state)
{
    (void)state;
    struct names words;
    const char *why = NULL;
    assert_int_equal(text_words(&mem, "/bin/x  'a b' \"c $d\" e\\ f ''", &words, &why), 0);
    assert_int_equal(words.count, 5);
    assert_string_equal(words.names[1], "a b");
    assert_string_equal(words.names[2], "c $d");
    assert_string_equal(words.names[3], "e f");
    assert_string_equal(words.names[4], "");
    assert_null(words.names[5]);
    assert_int_equal(text_words(&mem, "a \"b", &words, &why), -1);
    assert_string_equal(why, "a \" is not closed");
    assert_int_equal(text_words(&mem, "a \\", &words, &why), -1);
}

static void makes_one_word_for_a_shell(void **state)
{
    (void)state;
    assert_string_equal(text_shell_word(&mem, "/etc/a-b_1.conf"), "/etc/a-b_1.conf");
    assert_string_equal(text_shell_word(&mem, ""), "''");
    assert_string_equal(text_shell_word(&mem, "/a b;$(c) gr\xc3\xbcn"), "'/a b;$(c) gr\xc3\xbcn'");
    assert_string_equal(text_shell_word(&mem, "it's \\"), "$'it\\x27s\\x20\\x5c'");
    assert_string_equal(text_shell_word(&mem, "\xff\n"), "$'\\xff\\x0a'");
}

static void finds_the_nearest_name_but_not_a_far_one(void **state)
{
    (void)state;
    struct names names = {0};
    names_add(&mem, &names, "pre-provision");
    names_add(&mem, &names, "post-provision");
    assert_string_equal(text_did_you_mean(&mem, "pre-provison", &names),
                        "; did you mean pre-provision?");
    assert_string_equal(text_did_you_mean(&mem, "postprovision", &names),
                        "; did you mean post-provision?");
    assert_string_equal(text_did_you_mean(&mem, "zzz", &names), "");
    assert_string_equal(text_did_you_mean(&mem, "", &names), "");
}

static void reads_whole_numbers_only(void **state)
{
    (void)state;
    long n = 42;
    assert_true(text_number("17", 0, 20, &n));
    assert_int_equal(n, 17);
    assert_false(text_number("21", 0, 20, &n));
    assert_false(text_number("", 0, 20, &n));
    assert_false(text_number("1x", 0, 20, &n));
    assert_false(text_number(" 1", 0, 20, &n));
    assert_false(text_number("99999999999999999999", 0, 20, &n));
    assert_int_equal(n, 17);
}

static void bytes_become_hex_and_come_back(void **state)
{
    (void)state;
    assert_string_equal(text_hex(&mem, "\x00\x7f\xff", 3), "007fff");
    assert_string_equal(text_hex(&mem, "", 0), "");
    assert_memory_equal(text_from_hex(&mem, "007fff"), "\x00\x7f\xff", 4);
    assert_null(text_from_hex(&mem, "0g"));
    assert_null(text_from_hex(&mem, "FF"));
}

static void lists_keep_their_items_as_they_grow(void **state)
{
    (void)state;
    struct names names = {0};
    for (int i = 0; i < 1000; i++)
        names_add(&mem, &names, mem_printf(&mem, "%d", i));
    for (int i = 0; i < 1000; i++)
        assert_string_equal(names.names[i], mem_printf(&mem, "%d", i));
    assert_null(names.names[1000]);
    assert_true(names_have(&names, "999"));
    assert_false(names_have(&names, "1000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_what_could_deceive_a_terminal),
        cmocka_unit_test(splits_words_with_shell_quoting),
        cmocka_unit_test(makes_one_word_for_a_shell),
        cmocka_unit_test(finds_the_nearest_name_but_not_a_far_one),
        cmocka_unit_test(reads_whole_numbers_only),
        cmocka_unit_test(bytes_become_hex_and_come_back),
        cmocka_unit_test(lists_keep_their_items_as_they_grow),
    };
    return cmocka_run_group_tests(tests, NULL, free_mem);
}

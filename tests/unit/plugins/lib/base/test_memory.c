/* Memory of a call. */
#include "unit.h"

#include "memory.h"

static void an_array_grows_and_keeps_its_items(void **state)
{
    (void)state;
    int *items = NULL;
    size_t count = 0;
    for (int i = 0; i < 100; i++)
        *memory_push(items, count) = i;
    assert_int_equal(count, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(items[i], i);
    count = 5; /* and may have been made shorter */
    *memory_push(items, count) = 7;
    assert_int_equal(items[4], 4);
    assert_int_equal(items[5], 7);
    memory_end();
}

static void texts_are_copies(void **state)
{
    (void)state;
    char text[] = "abc";
    const char *whole = memory_str(text), *part = memory_strn(text, 2), *all = memory_strn(text, 9);
    const char *made = memory_printf("%s-%d", text, 7);
    text[0] = 'x';
    assert_string_equal(whole, "abc");
    assert_string_equal(part, "ab");
    assert_string_equal(all, "abc");
    assert_string_equal(made, "abc-7");
    assert_string_equal(memory_join(NULL, ", ", "a"), "a");
    assert_string_equal(memory_join("a", ", ", "b"), "a, b");
    memory_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows_and_keeps_its_items),
        cmocka_unit_test(texts_are_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

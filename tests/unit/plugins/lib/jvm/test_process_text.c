/* What the kernel's texts about a process say. */
#include "unit.h"

#include "process_text.h"

static void the_start_of_a_process_is_field_22(void **state)
{
    (void)state;
    unsigned long long ticks = 7;
    assert_true(process_start_ticks(
        "1 (a ) (b) c) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 2222 23 24\n", &ticks));
    assert_int_equal(ticks, 2222);
    assert_false(process_start_ticks("1 (java) S 4 5", &ticks));
    assert_false(process_start_ticks("", &ticks));
}

static void the_user_of_a_process_is_the_effective_one(void **state)
{
    (void)state;
    unsigned user = 7;
    assert_true(process_user("Name:\tUid:\nUid:\t1000\t33\t1000\t1000\nGid:\t1\t2\t3\t4\n", &user));
    assert_int_equal(user, 33);
    assert_false(process_user("Name:\tjava\n", &user));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_of_a_process_is_field_22),
        cmocka_unit_test(the_user_of_a_process_is_the_effective_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

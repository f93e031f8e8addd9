#include "hash_index.h"
#include "unit.h"

static void finds_each_place_once_however_large_it_grows(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct index index = {0};
    struct index_walk walk;
    assert_int_equal(index_first(&index, 1, &walk), INDEX_NONE);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(index_add(&index, index_hash(&i, sizeof i), i));
    for (uint32_t i = 0; i < COUNT; i++) {
        size_t found = 0;
        for (size_t at = index_first(&index, index_hash(&i, sizeof i), &walk); at != INDEX_NONE;
             at = index_next(&index, &walk))
            found += at == i;
        assert_int_equal(found, 1);
    }
    index_clear(&index);
    assert_int_equal(index_first(&index, 1, &walk), INDEX_NONE);
}

/* The same slot, and the same hash: all of the latter are given, and none of the former. */
static void tells_hashes_apart_that_share_a_slot(void **state)
{
    (void)state;
    struct index index = {0};
    struct index_walk walk;
    assert_true(index_add(&index, 0xFF, 1)); /* the last slot: what follows goes round */
    assert_true(index_add(&index, 0x1FF, 2));
    assert_true(index_add(&index, 0xFF, 3));
    assert_int_equal(index_first(&index, 0xFF, &walk), 1);
    assert_int_equal(index_next(&index, &walk), 3);
    assert_int_equal(index_next(&index, &walk), INDEX_NONE);
    assert_int_equal(index_first(&index, 0x1FF, &walk), 2);
    assert_int_equal(index_next(&index, &walk), INDEX_NONE);
    assert_int_equal(index_first(&index, 0x2FF, &walk), INDEX_NONE);
    index_clear(&index);
}

static void refuses_a_place_that_does_not_fit(void **state)
{
    (void)state;
    struct index index = {0};
    assert_false(index_add(&index, 1, UINT32_MAX));
    index_clear(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_place_once_however_large_it_grows),
        cmocka_unit_test(tells_hashes_apart_that_share_a_slot),
        cmocka_unit_test(refuses_a_place_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

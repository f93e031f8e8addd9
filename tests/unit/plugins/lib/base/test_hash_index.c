#include "hash_index.h"
#include "unit.h"

static void finds_each_place_once_however_large_it_grows(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct hash_index index = {0};
    struct hash_index_walk walk;
    assert_int_equal(hash_index_first(&index, 1, &walk), HASH_INDEX_NONE);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(hash_index_add(&index, hash_index_hash(&i, sizeof i), i));
    for (uint32_t i = 0; i < COUNT; i++) {
        size_t found = 0;
        for (size_t at = hash_index_first(&index, hash_index_hash(&i, sizeof i), &walk);
             at != HASH_INDEX_NONE; at = hash_index_next(&index, &walk))
            found += at == i;
        assert_int_equal(found, 1);
    }
    hash_index_clear(&index);
    assert_int_equal(hash_index_first(&index, 1, &walk), HASH_INDEX_NONE);
}

/* The same slot, and the same hash: all of the latter are given, and none of the former. */
static void tells_hashes_apart_that_share_a_slot(void **state)
{
    (void)state;
    struct hash_index index = {0};
    struct hash_index_walk walk;
    assert_true(hash_index_add(&index, 0xFF, 1)); /* the last slot: what follows goes round */
    assert_true(hash_index_add(&index, 0x1FF, 2));
    assert_true(hash_index_add(&index, 0xFF, 3));
    assert_int_equal(hash_index_first(&index, 0xFF, &walk), 1);
    assert_int_equal(hash_index_next(&index, &walk), 3);
    assert_int_equal(hash_index_next(&index, &walk), HASH_INDEX_NONE);
    assert_int_equal(hash_index_first(&index, 0x1FF, &walk), 2);
    assert_int_equal(hash_index_next(&index, &walk), HASH_INDEX_NONE);
    assert_int_equal(hash_index_first(&index, 0x2FF, &walk), HASH_INDEX_NONE);
    hash_index_clear(&index);
}

static void refuses_a_place_that_does_not_fit(void **state)
{
    (void)state;
    struct hash_index index = {0};
    assert_false(hash_index_add(&index, 1, UINT32_MAX));
    hash_index_clear(&index);
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

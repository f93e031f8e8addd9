#include "edit.h"
#include "unit.h"

#include <string.h>

static struct mem mem;

static int free_mem(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

static struct blob text(const char *s)
{
    return (struct blob){(const unsigned char *)s, strlen(s)};
}

static void assert_text(const struct blob *blob, const char *expected)
{
    assert_int_equal(blob->size, strlen(expected));
    assert_memory_equal(blob->data, expected, blob->size);
}

/* Apply to `before`, expect `after`, undo, expect `before`. */
static void round_trip(const char *before, struct edit *items, size_t count, const char *after)
{
    struct edits edits = {items, count};
    struct blob in = text(before);
    struct blob out;
    struct blob back;
    const char *why = NULL;
    assert_int_equal(edits_apply(&mem, &edits, &in, &out, &why), 0);
    assert_text(&out, after);
    struct edits inverse = edits_inverse(&mem, &edits);
    assert_int_equal(edits_apply(&mem, &inverse, &out, &back, &why), 0);
    assert_text(&back, before);
}

static void replaces_inserts_and_deletes_and_undoes_it(void **state)
{
    (void)state;
    round_trip("a\nb\nc\n", (struct edit[]){{"b", "B", "a"}}, 1, "a\nB\nc\n");
    round_trip("a\nb\n", (struct edit[]){{NULL, "x", "a"}}, 1, "a\nx\nb\n");
    round_trip("a\nb\n", (struct edit[]){{NULL, "x", NULL}}, 1, "a\nb\nx\n");
    round_trip("a\nb", (struct edit[]){{NULL, "x", NULL}}, 1, "a\nb\nx");
    round_trip("a\nb\nc\n", (struct edit[]){{"b", NULL, "a"}}, 1, "a\nc\n");
    round_trip("a\r\nb\r\n", (struct edit[]){{"a\r", "x\r", NULL}}, 1, "x\r\nb\r\n");
    round_trip("", (struct edit[]){{NULL, "x", NULL}}, 1, "x\n");
    round_trip("a\nb\n", (struct edit[]){{"a", "A", NULL}, {NULL, "x", "A"}, {NULL, "y", "x"}}, 3,
               "A\nx\ny\nb\n");
}

static void equal_lines_are_told_apart_by_the_line_before(void **state)
{
    (void)state;
    round_trip("k=1\nblock\nk=1\nend\n", (struct edit[]){{"k=1", "k=2", NULL}}, 1,
               "k=2\nblock\nk=1\nend\n");
    round_trip("k=1\nblock\nk=1\nend\n", (struct edit[]){{"k=1", "k=2", "block"}}, 1,
               "k=1\nblock\nk=2\nend\n");
}

static void what_cannot_be_placed_is_a_conflict(void **state)
{
    (void)state;
    struct edit missing = {"b", "B", NULL};
    struct edit twice = {"k", "K", "other"};
    struct edit anchorless = {NULL, "x", "gone"};
    struct blob in = text("a\nk\nk\n");
    struct blob out;
    const char *why = NULL;
    assert_int_equal(edits_apply(&mem, &(struct edits){&missing, 1}, &in, &out, &why), -1);
    assert_non_null(strstr(why, "\"b\""));
    assert_non_null(strstr(why, "is not there"));
    assert_int_equal(edits_apply(&mem, &(struct edits){&twice, 1}, &in, &out, &why), -1);
    assert_non_null(strstr(why, "more than once"));
    assert_int_equal(edits_apply(&mem, &(struct edits){&anchorless, 1}, &in, &out, &why), -1);
    assert_non_null(strstr(why, "is gone"));
}

static void settling_passes_over_what_is_done(void **state)
{
    (void)state;
    struct edit items[] = {{"a", "A", NULL}, {NULL, "x", "A"}, {"c", NULL, "b"}};
    struct edits edits = {items, 3};
    struct edits applied = {0};
    struct blob in = text("A\nx\nb\n");
    struct blob out;
    const char *why = NULL;
    assert_int_equal(edits_settle(&mem, &edits, &in, &out, &applied, &why), 0);
    assert_text(&out, "A\nx\nb\n");
    in = text("a\nb\nc\n");
    assert_int_equal(edits_settle(&mem, &edits, &in, &out, &applied, &why), 0);
    assert_text(&out, "A\nx\nb\n");
    in = text("other\nb\n");
    assert_int_equal(edits_settle(&mem, &edits, &in, &out, &applied, &why), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_inserts_and_deletes_and_undoes_it),
        cmocka_unit_test(equal_lines_are_told_apart_by_the_line_before),
        cmocka_unit_test(what_cannot_be_placed_is_a_conflict),
        cmocka_unit_test(settling_passes_over_what_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, free_mem);
}

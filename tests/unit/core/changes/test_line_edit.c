#include "line_edit.h"
#include "unit.h"

#include <string.h>

static struct mem mem;

static int free_mem(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

static struct edit edit(const char *old_line, const char *new_line, const char *anchor)
{
    return (struct edit){.old_line = old_line, .new_line = new_line, .anchor = anchor};
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

/* Apply to `before`, expect `after`, undo, expect `before`, undo the undoing, expect `after`. */
static void round_trip(const char *before, struct edit *items, size_t count, const char *after)
{
    struct edits edits = {items, count};
    struct edits placed;
    struct edits undone;
    struct edits redone;
    struct blob in = text(before);
    struct blob out;
    struct blob back;
    const char *why = NULL;
    assert_int_equal(edits_apply(&mem, &edits, &in, &out, &placed, &why), 0);
    assert_text(&out, after);
    assert_int_equal(edits_undo(&mem, &placed, &out, &back, &undone, &why), 0);
    assert_text(&back, before);
    assert_int_equal(edits_undo(&mem, &undone, &back, &out, &redone, &why), 0);
    assert_text(&out, after);
}

static void replaces_inserts_and_deletes_and_undoes_it(void **state)
{
    (void)state;
    round_trip("a\nb\nc\n", (struct edit[]){edit("b", "B", "a")}, 1, "a\nB\nc\n");
    round_trip("a\nb\n", (struct edit[]){edit(NULL, "x", "a")}, 1, "a\nx\nb\n");
    round_trip("a\nb\n", (struct edit[]){edit(NULL, "x", NULL)}, 1, "a\nb\nx\n");
    round_trip("a\nb", (struct edit[]){edit(NULL, "x", NULL)}, 1, "a\nb\nx");
    round_trip("a\nb\nc\n", (struct edit[]){edit("b", NULL, "a")}, 1, "a\nc\n");
    round_trip("a\r\nb\r\n", (struct edit[]){edit("a\r", "x\r", NULL)}, 1, "x\r\nb\r\n");
    round_trip("", (struct edit[]){edit(NULL, "x", NULL)}, 1, "x\n");
    round_trip("a\nb\n",
               (struct edit[]){edit("a", "A", NULL), edit(NULL, "x", "A"), edit(NULL, "y", "x")}, 3,
               "A\nx\ny\nb\n");
}

/* Each was undone wrongly by an inverse that only knew the step's anchor. */
static void the_exact_bytes_come_back_wherever_the_line_was(void **state)
{
    (void)state;
    round_trip("first\nb\nc\n", (struct edit[]){edit("first", NULL, NULL)}, 1, "b\nc\n");
    round_trip("x\nkeep\nx\n", (struct edit[]){edit("x", NULL, "keep")}, 1, "x\nkeep\n");
    round_trip("x\nkeep\n", (struct edit[]){edit(NULL, "x", NULL)}, 1, "x\nkeep\nx\n");
    round_trip("b\nx\na\n", (struct edit[]){edit("a", "b", NULL)}, 1, "b\nx\nb\n");
    round_trip("keep\nx\nb\n", (struct edit[]){edit(NULL, "x", NULL)}, 1, "keep\nx\nb\nx\n");
    round_trip("x", (struct edit[]){edit("x", NULL, NULL)}, 1, "");
    round_trip("x", (struct edit[]){edit("x", NULL, NULL), edit(NULL, "y", NULL)}, 2, "y\n");
    round_trip("x\n", (struct edit[]){edit("x", NULL, NULL)}, 1, "");
    round_trip("\n\n\n", (struct edit[]){edit(NULL, "y", NULL)}, 1, "\n\n\ny\n");
}

static void equal_lines_are_told_apart_by_the_line_before(void **state)
{
    (void)state;
    round_trip("k=1\nblock\nk=1\nend\n", (struct edit[]){edit("k=1", "k=2", NULL)}, 1,
               "k=2\nblock\nk=1\nend\n");
    round_trip("k=1\nblock\nk=1\nend\n", (struct edit[]){edit("k=1", "k=2", "block")}, 1,
               "k=1\nblock\nk=2\nend\n");
}

static void what_cannot_be_placed_is_a_conflict(void **state)
{
    (void)state;
    struct edit missing = edit("b", "B", NULL);
    struct edit twice = edit("k", "K", "other");
    struct edit anchorless = edit(NULL, "x", "gone");
    struct blob in = text("a\nk\nk\n");
    struct blob out;
    struct edits made;
    const char *why = NULL;
    assert_int_equal(edits_apply(&mem, &(struct edits){&missing, 1}, &in, &out, &made, &why), -1);
    assert_string_equal(why, "the line \"b\", to become \"B\", is not there");
    assert_int_equal(edits_apply(&mem, &(struct edits){&twice, 1}, &in, &out, &made, &why), -1);
    assert_non_null(strstr(why, "more than once"));
    assert_int_equal(edits_apply(&mem, &(struct edits){&anchorless, 1}, &in, &out, &made, &why),
                     -1);
    assert_string_equal(why, "the place of the line \"x\" is not there");
}

/* Apply the edit to `before`, let somebody change the result to `later`, undo: `expected`, or NULL
 * for a conflict. */
static const char *undo_later(const char *before, struct edit wanted, const char *later,
                              const char *expected)
{
    struct edits placed;
    struct edits undone;
    struct blob in = text(before);
    struct blob out;
    const char *why = NULL;
    assert_int_equal(edits_apply(&mem, &(struct edits){&wanted, 1}, &in, &out, &placed, &why), 0);
    in = text(later);
    int rc = edits_undo(&mem, &placed, &in, &out, &undone, &why);
    assert_int_equal(rc, expected == NULL ? -1 : 0);
    if (expected != NULL)
        assert_text(&out, expected);
    return why;
}

static void what_others_wrote_stays(void **state)
{
    (void)state;
    undo_later("a\nb\n", edit("a", "A", NULL), "new\nA\nb\nlast\n", "new\na\nb\nlast\n");
    undo_later("a\nb\n", edit(NULL, "x", NULL), "0\na\nb\nx\ny\n", "0\na\nb\ny\n");
    undo_later("a\nb\nc\n", edit("b", NULL, "a"), "0\na\nc\n", "0\na\nb\nc\n");
    undo_later("a\nb\nc\n", edit("b", NULL, "a"), "a\nnew\nc\n1\n", NULL);
    undo_later("a\n#\nb\nz\n#\nb\n", edit("#", NULL, "a"), "0\na\nb\nz\n#\nb\n",
               "0\na\n#\nb\nz\n#\nb\n");
}

static void what_is_undone_already_is_passed_over(void **state)
{
    (void)state;
    undo_later("a\nb\n", edit("a", "A", NULL), "0\na\nb\n", "0\na\nb\n");
    undo_later("a\nb\n", edit(NULL, "x", "a"), "0\na\nb\n", "0\na\nb\n");
    undo_later("a\nb\n", edit("a", NULL, NULL), "0\na\nb\n", "0\na\nb\n");
    undo_later("a\n#\nb\na\nb\n", edit("#", NULL, "a"), "0\na\n#\nb\na\nb\n", "0\na\n#\nb\na\nb\n");
}

static void a_line_that_was_changed_since_is_a_conflict_with_both_versions(void **state)
{
    (void)state;
    const char *why =
        undo_later("[x]\na=1\n[y]\na=1\n", edit("a=1", "a=9", "[y]"), "[x]\na=1\n[y]\na=5\n", NULL);
    assert_string_equal(why,
                        "the line \"a=9\", to become \"a=1\", is not there; there stands \"a=5\"");
    why = undo_later("a=1\nb=1\n", edit(NULL, "c=1", "a=1"), "a=1\nc=2\nb=1\n", NULL);
    assert_non_null(strstr(why, "c=2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_inserts_and_deletes_and_undoes_it),
        cmocka_unit_test(the_exact_bytes_come_back_wherever_the_line_was),
        cmocka_unit_test(equal_lines_are_told_apart_by_the_line_before),
        cmocka_unit_test(what_cannot_be_placed_is_a_conflict),
        cmocka_unit_test(what_others_wrote_stays),
        cmocka_unit_test(what_is_undone_already_is_passed_over),
        cmocka_unit_test(a_line_that_was_changed_since_is_a_conflict_with_both_versions),
    };
    return cmocka_run_group_tests(tests, NULL, free_mem);
}

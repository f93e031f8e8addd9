#include "file.h"
#include "journal_json.h"
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mem mem;
static char dir[] = "/tmp/tfhook-journal.XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL || mkdir(mem_printf(&mem, "%s/transactions", dir), 0700) < 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)rmdir(mem_printf(&mem, "%s/transactions", dir));
    (void)rmdir(dir);
    mem_free(&mem);
    return 0;
}

static struct journal sample(void)
{
    static struct edit edit = {
        .old_line = "old", .new_line = "new", .index = 3, .before = "aa", .after = ""};
    static struct entry entries[2];
    entries[0] = (struct entry){.change = {.action = ACTION_WRITE,
                                           .step = "one",
                                           .path = "/p",
                                           .real = "/r/p",
                                           .existed = true,
                                           .old_sha256 = "aa",
                                           .old_mode = 0640,
                                           .new_sha256 = "bb",
                                           .mode = -1},
                                .temp = "/r/.t",
                                .old_uid = 3,
                                .old_gid = 4,
                                .backup = "0.old"};
    entries[1] = (struct entry){.change = {.action = ACTION_EDIT,
                                           .step = "two",
                                           .path = "/q\xe9",
                                           .real = "/r/q\xe9",
                                           .existed = true,
                                           .old_sha256 = "cc",
                                           .new_sha256 = "dd",
                                           .edits = {&edit, 1}},
                                .temp = "/r/.u"};
    return (struct journal){.seq = 7,
                            .phase = TXN_PREP,
                            .dir = journal_dir(&mem, dir, 7, TXN_PREP),
                            .command = "apply",
                            .user = "root",
                            .host = "h",
                            .started = "now",
                            .entries = entries,
                            .count = 2};
}

static void what_is_written_is_read_and_moves_through_its_phases(void **state)
{
    (void)state;
    struct err err = {.mem = &mem};
    struct journal journal = sample();
    struct journals all;
    assert_int_equal(mkdir(journal.dir, 0700), 0);
    assert_int_equal(journal_write(&mem, &journal, &err), 0);
    assert_int_equal(journal_move(&mem, &journal, TXN_OPEN, &err), 0);
    assert_int_equal(journal_list(&mem, dir, &all, &err), 0);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].seq, 7);
    assert_int_equal(all.items[0].phase, TXN_OPEN);
    struct journal *read = &all.items[0];
    assert_int_equal(journal_read(&mem, read, &err), 0);
    assert_int_equal(read->count, 2);
    assert_string_equal(read->entries[0].temp, "/r/.t");
    assert_int_equal(read->entries[0].change.old_mode, 0640);
    assert_int_equal(read->entries[0].change.mode, -1);
    assert_string_equal(read->entries[1].change.path, "/q\xe9"); /* not UTF-8 */
    assert_null(read->entries[1].backup);
    assert_null(read->hook);
    assert_string_equal(read->entries[1].change.edits.items[0].old_line, "old");
    assert_int_equal(read->entries[1].change.edits.items[0].index, 3);
    assert_string_equal(read->entries[1].change.edits.items[0].before, "aa");
    assert_int_equal(journal_move(&mem, read, TXN_DONE, &err), 0);
    journal_prune(&mem, dir, 0);
    assert_int_equal(journal_list(&mem, dir, &all, &err), 0);
    assert_int_equal(all.count, 0);
}

static void a_journal_that_is_cut_off_is_an_error_and_no_crash(void **state)
{
    (void)state;
    struct err err = {.mem = &mem};
    struct journal journal = sample();
    struct blob whole;
    assert_int_equal(mkdir(journal.dir, 0700), 0);
    assert_int_equal(journal_write(&mem, &journal, &err), 0);
    const char *path = mem_printf(&mem, "%s/journal.json", journal.dir);
    assert_int_equal(file_read(&mem, path, FILE_LIMIT, &whole), 0);
    for (size_t size = 0; size < whole.size; size++) {
        struct mem own = {0};
        struct err why = {.mem = &own};
        struct journal read = {.seq = 7, .dir = journal.dir};
        assert_int_equal(truncate(path, (off_t)(whole.size - size - 1)), 0);
        assert_int_equal(journal_read(&own, &read, &why), -1);
        assert_int_equal(read.count, 0);
        mem_free(&own);
    }
    assert_int_equal(journal_move(&mem, &journal, TXN_UNDONE, &err), 0);
    journal_prune(&mem, dir, 0);
}

static void a_journal_without_what_undoing_needs_is_refused(void **state)
{
    (void)state;
    struct err err = {.mem = &mem};
    struct journal journal = sample();
    assert_int_equal(mkdir(journal.dir, 0700), 0);
    journal.entries[0].backup = NULL;
    assert_int_equal(journal_write(&mem, &journal, &err), 0);
    struct journal read = {.seq = 7, .dir = journal.dir};
    assert_int_equal(journal_read(&mem, &read, &err), -1);
    assert_int_equal(journal_move(&mem, &journal, TXN_UNDONE, &(struct err){.mem = &mem}), 0);
    journal_prune(&mem, dir, 0);
}

/* What a disk may do to it. */
static void no_bit_of_a_journal_can_change_unseen(void **state)
{
    (void)state;
    struct journal journal = sample();
    const char *text = journal_to_json(&mem, &journal);
    const size_t size = strlen(text);
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct mem own = {0};
        char *garbled = mem_copy(&own, text, size);
        garbled[bit / 8] = (char)(garbled[bit / 8] ^ 1 << bit % 8);
        struct blob blob = {(const unsigned char *)garbled, size};
        struct journal read = {.seq = 7, .dir = journal.dir};
        if (journal_from_json(&own, &blob, &read) == NULL) {
            /* White space that became other white space. */
            const char *again = journal_to_json(&own, &read);
            assert_string_equal(again, text);
        } else {
            assert_null(read.entries);
            refused++;
        }
        mem_free(&own);
    }
    assert_true(refused > 7 * size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_and_moves_through_its_phases),
        cmocka_unit_test(a_journal_that_is_cut_off_is_an_error_and_no_crash),
        cmocka_unit_test(a_journal_without_what_undoing_needs_is_refused),
        cmocka_unit_test(no_bit_of_a_journal_can_change_unseen),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

#include "unit.h"
#include "wire.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct mem mem;

/* The bytes of a record as they go through the pipe. */
static size_t encode(const struct record *record, unsigned char *data, size_t room)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(record_send(fds[1], record), 0);
    (void)close(fds[1]);
    ssize_t size = read(fds[0], data, room);
    (void)close(fds[0]);
    assert_true(size > 0);
    return (size_t)size;
}

static struct record edit_record(void)
{
    return (struct record){RECORD_EDIT, .edit = {.new_line = "new line", .anchor = ""}};
}

static void what_is_sent_arrives(void **state)
{
    (void)state;
    unsigned char data[1024];
    struct record sent = edit_record();
    struct record got;
    size_t size = encode(&sent, data, sizeof data);
    assert_int_equal(record_parse(&mem, data, size, &got), size);
    assert_int_equal(got.type, RECORD_EDIT);
    assert_null(got.edit.old_line);
    assert_string_equal(got.edit.new_line, "new line");
    assert_string_equal(got.edit.anchor, "");

    static const unsigned char content[] = "a\0b";
    sent = (struct record){RECORD_CHANGE, .change = {.action = ACTION_WRITE,
                                                     .path = "/a\nb",
                                                     .old_sha256 = "0123",
                                                     .content = {content, 3},
                                                     .mode = -1,
                                                     .secret = true}};
    size = encode(&sent, data, sizeof data);
    assert_int_equal(record_parse(&mem, data, size, &got), size);
    assert_int_equal(got.change.action, ACTION_WRITE);
    assert_string_equal(got.change.path, "/a\nb");
    assert_string_equal(got.change.old_sha256, "0123");
    assert_int_equal(got.change.content.size, 3);
    assert_memory_equal(got.change.content.data, content, sizeof content);
    assert_int_equal(got.change.mode, -1);
    assert_true(got.change.secret);
}

static void numbers_arrive(void **state)
{
    static const long numbers[] = {0, 1, -1, LONG_MAX, LONG_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        unsigned char data[128];
        struct record sent = {RECORD_LOG, .said = {.number = numbers[i], .text = "text"}}, got;
        assert_true(record_parse(&mem, data, encode(&sent, data, sizeof data), &got) > 0);
        assert_int_equal(got.said.number, numbers[i]);
    }
}

static void what_is_shown_is_escaped(void **state)
{
    (void)state;
    unsigned char data[128];
    struct record sent = {RECORD_NEXT_STEP, .said = {.text = "a\033[2Jb\n"}}, got;
    assert_true(record_parse(&mem, data, encode(&sent, data, sizeof data), &got) > 0);
    assert_string_equal(got.said.text, "a\\x1b[2Jb\\x0a");
}

static void every_prefix_waits_and_no_garbage_crashes(void **state)
{
    (void)state;
    unsigned char data[1024];
    struct record sent = edit_record();
    struct record got;
    size_t size = encode(&sent, data, sizeof data);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(record_parse(&mem, data, i, &got), 0);
    for (size_t at = 0; at < size; at++) {
        for (int value = 0; value < 256; value++) {
            /* On the heap, exactly as long, so that a read past the end is seen. */
            unsigned char *copy = malloc(size);
            assert_non_null(copy);
            memcpy(copy, data, size);
            copy[at] = (unsigned char)value;
            assert_true(record_parse(&mem, copy, size, &got) <= (ptrdiff_t)size);
            free(copy);
        }
    }
}

static void a_record_of_the_wrong_shape_is_none(void **state)
{
    (void)state;
    enum { TYPE = 4, FIRST_SIZE = 8, FIRST = 12 };
    unsigned char data[256];
    struct record got;
    struct record sent = {RECORD_NEXT_STEP, .said = {.text = "a-b"}};
    size_t size = encode(&sent, data, sizeof data);
    data[FIRST + 1] = '\0'; /* a NUL in a text */
    assert_int_equal(record_parse(&mem, data, size, &got), -1);
    memset(data + FIRST_SIZE, 0xff, 4); /* a field that must be there */
    assert_int_equal(record_parse(&mem, data, size, &got), -1);
    data[TYPE] = RECORD_LOG; /* no number */
    assert_int_equal(record_parse(&mem, data, size, &got), -1);
    /* Of another type: a wrong number of fields, or the wrong ones. */
    sent = edit_record();
    size = encode(&sent, data, sizeof data);
    static const enum record_type others[] = {RECORD_CHANGE, RECORD_NEXT_STEP, RECORD_FINDING};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        data[TYPE] = (unsigned char)others[i];
        assert_int_equal(record_parse(&mem, data, size, &got), -1);
    }
}

static int free_memory(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(numbers_arrive),
        cmocka_unit_test(every_prefix_waits_and_no_garbage_crashes),
        cmocka_unit_test(what_is_shown_is_escaped),
        cmocka_unit_test(a_record_of_the_wrong_shape_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, free_memory);
}

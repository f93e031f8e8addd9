#include "unit.h"
#include "wire.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    return (struct record){RECORD_EDIT,
                           {text_field("/path"), text_field("0123"), text_field(NULL),
                            text_field("new line"), text_field("")},
                           0};
}

static void what_is_sent_arrives(void **state)
{
    (void)state;
    unsigned char data[1024];
    struct record sent = edit_record();
    struct record got;
    size_t size = encode(&sent, data, sizeof data);
    assert_int_equal(record_parse(data, size, &got), size);
    assert_true(record_is_valid(&got));
    assert_string_equal(record_text(&got, 0), "/path");
    assert_null(record_text(&got, 2));
    assert_string_equal(record_text(&got, 3), "new line");
    assert_string_equal(record_text(&got, 4), "");
}

static void numbers_arrive(void **state)
{
    static const long numbers[] = {0, 1, -1, LONG_MAX, LONG_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        unsigned char data[128];
        struct record sent = {RECORD_LOG, {NUMBER_FIELD(numbers[i]), text_field("text")}, 0}, got;
        assert_true(record_parse(data, encode(&sent, data, sizeof data), &got) > 0);
        assert_true(record_is_valid(&got));
        assert_int_equal(record_number(&got, 0), numbers[i]);
        assert_int_equal(record_number(&got, 1), 0);
    }
}

static void every_prefix_waits_and_no_garbage_crashes(void **state)
{
    (void)state;
    unsigned char data[1024];
    struct record sent = edit_record();
    struct record got;
    size_t size = encode(&sent, data, sizeof data);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(record_parse(data, i, &got), 0);
    for (size_t at = 0; at < size; at++) {
        for (int value = 0; value < 256; value++) {
            /* On the heap, exactly as long, so that a read past the end is seen. */
            unsigned char *copy = malloc(size);
            assert_non_null(copy);
            memcpy(copy, data, size);
            copy[at] = (unsigned char)value;
            if (record_parse(copy, size, &got) > 0)
                (void)record_is_valid(&got);
            free(copy);
        }
    }
}

static void a_record_of_the_wrong_shape_is_not_valid(void **state)
{
    (void)state;
    unsigned char data[256];
    struct record got;
    const struct record wrong[] = {
        {RECORD_LOG, {text_field("not a number"), text_field("text")}, 0},
        {RECORD_NEXT_STEP, {bytes_field("a\0b", 3)}, 0},
        {RECORD_NEXT_STEP, {text_field(NULL)}, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(record_parse(data, encode(&wrong[i], data, sizeof data), &got) > 0);
        assert_false(record_is_valid(&got));
    }
    /* Of another type: a wrong number of fields, or the wrong ones. */
    struct record edit = edit_record();
    size_t size = encode(&edit, data, sizeof data);
    data[4] = RECORD_WRITE;
    assert_true(record_parse(data, size, &got) > 0);
    assert_false(record_is_valid(&got));
    data[4] = RECORD_NEXT_STEP;
    assert_true(record_parse(data, size, &got) > 0);
    assert_false(record_is_valid(&got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(numbers_arrive),
        cmocka_unit_test(every_prefix_waits_and_no_garbage_crashes),
        cmocka_unit_test(a_record_of_the_wrong_shape_is_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

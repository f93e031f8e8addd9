/* A call's process and its parent, by the socket between them. */
#include "aside.h"
#include "clock.h"
#include "probe_command.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct mem mem;
static volatile sig_atomic_t interrupted;
static int sockets[2];

static int open_sockets(void **state)
{
    (void)state;
    interrupted = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
        return -1;
    return fcntl(sockets[0], F_SETFL, O_NONBLOCK);
}

static int close_sockets(void **state)
{
    (void)state;
    (void)close(sockets[0]);
    (void)close(sockets[1]);
    mem_free(&mem);
    return 0;
}

/* A process that asks: ask()'s result is its exit status. */
static pid_t asker(int (*ask)(int fd))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(sockets[0]);
        _exit(ask(sockets[1]));
    }
    (void)close(sockets[1]);
    sockets[1] = -1;
    return pid;
}

/* Serves until nobody asks or the patience is at its end; the last result of aside_serve(). */
static int serve(int patience_ms)
{
    const struct deadline deadline = {
        .at = clock_ms() + patience_ms, .peer = sockets[0], .interrupted = &interrupted};
    const struct aside aside = {
        .fd = sockets[0], .group = getpgrp(), .seconds = 10, .deadline = &deadline};
    int rc = 1;
    while (rc > 0)
        rc = aside_serve(&aside);
    return rc;
}

static int status_of(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int probe(int fd, const char *const *argv, const char *input, long seconds, size_t limit,
                 struct tfhook_output *ret)
{
    const struct probe what = {
        .argv = argv,
        .home = "/home/of/it",
        .input = {(const unsigned char *)input, input == NULL ? 0 : strlen(input)},
        .seconds = seconds,
        .limit = limit};
    return aside_probe(fd, &mem, &what, ret);
}

static bool is(const struct tfhook_data *data, const char *text)
{
    return data->size == strlen(text) && memcmp(data->data, text, data->size) == 0;
}

static int ask_for_probes(int fd)
{
    static const char *const script[] = {
        "/bin/sh", "-c", "cat; printf %s \"$HOME-$1-$#\"; echo oops >&2; exit 3", "sh", "a b",
        "",        NULL};
    static const char *const gone[] = {"/nowhere/at/all", NULL};
    static const char *const much[] = {"/bin/sh", "-c", "printf 12345678; sleep 20", NULL};
    struct tfhook_output out;
    if (probe(fd, script, "in\n", 10, 100, &out) != 0)
        return 1;
    if (out.exit_status != 3 || !is(&out.out, "in\n/home/of/it-a b-2") || !is(&out.err, "oops\n"))
        return 2;
    if (probe(fd, gone, NULL, 10, 100, &out) != 0 || out.exit_status != 127)
        return 3;
    if (probe(fd, much, NULL, 10, 4, &out) != 0 || !out.truncated || !is(&out.out, "1234"))
        return 4;
    return 0;
}

static void commands_are_run_and_answered(void **state)
{
    (void)state;
    pid_t pid = asker(ask_for_probes);
    assert_int_equal(serve(60000), 0);
    assert_int_equal(status_of(pid), 0);
}

static int ask_for_a_long_one(int fd)
{
    static const char *const argv[] = {"/bin/sleep", "30", NULL};
    struct tfhook_output out;
    if (probe(fd, argv, NULL, 1, 100, &out) != 0)
        return 1;
    return out.timed_out && out.exit_status == 128 + SIGKILL ? 0 : 2;
}

static void a_command_has_a_deadline(void **state)
{
    (void)state;
    int64_t start = clock_ms();
    pid_t pid = asker(ask_for_a_long_one);
    assert_int_equal(serve(60000), 0);
    assert_int_equal(status_of(pid), 0);
    assert_in_range(clock_ms() - start, 900, 20000);
}

static int ask_for_a_longer_one(int fd)
{
    static const char *const argv[] = {"/bin/sleep", "30", NULL};
    struct tfhook_output out;
    return probe(fd, argv, NULL, 29, 100, &out) < 0 ? 0 : 1;
}

static void a_command_ends_with_the_call(void **state)
{
    (void)state;
    int64_t start = clock_ms();
    pid_t pid = asker(ask_for_a_longer_one);
    (void)serve(500);
    (void)close(sockets[0]);
    (void)status_of(pid);
    assert_in_range(clock_ms() - start, 400, 20000);
}

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void a_signal_ends_a_command(void **state)
{
    (void)state;
    int64_t start = clock_ms();
    pid_t pid = asker(ask_for_a_longer_one);
    (void)signal(SIGALRM, interrupt);
    (void)alarm(1);
    (void)serve(60000);
    (void)close(sockets[0]);
    (void)status_of(pid);
    (void)signal(SIGALRM, SIG_DFL);
    assert_in_range(clock_ms() - start, 900, 20000);
}

static int ask_and_die(int fd)
{
    static const char *const argv[] = {"/bin/sleep", "30", NULL};
    struct tfhook_output out;
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(1);
    (void)sigaction(SIGALRM, &(struct sigaction){.sa_handler = _exit}, NULL);
    (void)probe(fd, argv, NULL, 29, 100, &out);
    return 1;
}

static void a_command_ends_with_who_asked(void **state)
{
    (void)state;
    int64_t start = clock_ms();
    pid_t pid = asker(ask_and_die);
    (void)serve(60000);
    assert_int_equal(status_of(pid), SIGALRM);
    assert_in_range(clock_ms() - start, 900, 20000);
}

static int ask_for_much_and_never_read(int fd)
{
    struct record request = {.type = RECORD_ASK_PROBE};
    static const char argv[] = "/bin/sh\0-c\0head -c 5000000 /dev/zero";
    record_add(&request, argv, sizeof argv);
    record_add_text(&request, "/");
    record_add_text(&request, NULL);
    record_add_number(&request, &mem, 10);
    record_add_number(&request, &mem, 8000000);
    if (record_send(fd, &request, NULL) < 0)
        return 1;
    (void)sleep(2);
    return 0;
}

static void an_answer_that_nobody_takes_is_given_up(void **state)
{
    (void)state;
    pid_t pid = asker(ask_for_much_and_never_read);
    assert_int_equal(serve(1000), -ETIMEDOUT);
    assert_int_equal(status_of(pid), 0);
}

static int ask_for_processes(int fd)
{
    struct blob found = {0};
    struct programs programs;
    char own[4096] = "";
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        return 1;
    if (aside_process(fd, &mem, getpid(), "exe", 0, &found) != 0 ||
        strcmp((const char *)found.data, own) != 0)
        return 2;
    if (aside_process(fd, &mem, getpid(), "comm", 0, &found) != 0 ||
        strcmp((const char *)found.data, "test_aside\n") != 0)
        return 8;
    if (aside_process(fd, &mem, getpid(), "status", 10, &found) != -EFBIG)
        return 3;
    if (aside_process(fd, &mem, getpid(), "nothing", 0, &found) != -ENOENT)
        return 4;
    if (aside_programs(fd, &mem, &programs) != 0)
        return 5;
    for (size_t i = 0; i < programs.count; i++)
        if (programs.items[i].pid == getpid())
            return programs.items[i].path != NULL && strcmp(programs.items[i].path, own) == 0 ? 0
                                                                                              : 6;
    return 7;
}

static void processes_are_looked_at(void **state)
{
    (void)state;
    pid_t pid = asker(ask_for_processes);
    assert_int_equal(serve(60000), 0);
    assert_int_equal(status_of(pid), 0);
}

static int served_at_once(const void *data, size_t size)
{
    const struct deadline deadline = {.at = clock_ms() + 500, .peer = -1};
    const struct aside aside = {.fd = sockets[0], .seconds = 10, .deadline = &deadline};
    assert_int_equal(write(sockets[1], data, size), size);
    return aside_serve(&aside);
}

static int served_record(const struct record *record)
{
    const struct deadline deadline = {.at = clock_ms() + 500, .peer = -1};
    const struct aside aside = {.fd = sockets[0], .seconds = 10, .deadline = &deadline};
    assert_int_equal(record_send(sockets[1], record, NULL), 0);
    return aside_serve(&aside);
}

static void what_is_no_request_is_told(void **state)
{
    (void)state;
    assert_int_equal(served_at_once("\xff\xff\xff\xff\x0e\x00", 6), -EBADMSG);     /* too long */
    assert_int_equal(served_at_once("\x07\x00\x00\x00\x63\x00\x00", 7), -EBADMSG); /* type 99 */
    struct record end = {.type = RECORD_END};
    record_add_number(&end, &mem, 0);
    record_add_text(&end, NULL);
    assert_int_equal(served_record(&end), -EBADMSG); /* a record for the other way */
    static const char *const names[] = {"../1/environ", "/etc/shadow", "task/../../1/environ", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct record process = {.type = RECORD_ASK_PROCESS};
        record_add_number(&process, &mem, 1);
        record_add_text(&process, names[i]);
        record_add_number(&process, &mem, 0);
        assert_int_equal(served_record(&process), -EBADMSG);
    }
    static const struct {
        const char *argv;
        size_t size;
        long seconds, limit;
    } probes[] = {{"/bin/true", 9, 10, 10},      {"", 0, 10, 10},         {"bin/true", 9, 10, 10},
                  {"/bin/true", 10, 0, 10},      {"/bin/true", 10, 1, 0}, {"/bin/true", 10, 1, -1},
                  {"/bin/true", 10, 1, 1 << 30}, {NULL, 0, 10, 10}};
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        struct record request = {.type = RECORD_ASK_PROBE};
        record_add(&request, probes[i].argv, probes[i].size);
        record_add_text(&request, "/");
        record_add_text(&request, NULL);
        record_add_number(&request, &mem, probes[i].seconds);
        record_add_number(&request, &mem, probes[i].limit);
        assert_int_equal(served_record(&request), -EBADMSG);
    }
}

static void half_a_request_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    assert_int_equal(served_at_once("\x40\x00\x00", 3), -ETIMEDOUT);
    (void)close(sockets[1]);
    sockets[1] = -1;
    const struct deadline deadline = {.at = clock_ms() + 500, .peer = -1};
    const struct aside aside = {.fd = sockets[0], .deadline = &deadline};
    assert_int_equal(aside_serve(&aside), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_sockets, close_sockets)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_are_run_and_answered),
        TEST(a_command_has_a_deadline),
        TEST(a_command_ends_with_the_call),
        TEST(a_signal_ends_a_command),
        TEST(a_command_ends_with_who_asked),
        TEST(an_answer_that_nobody_takes_is_given_up),
        TEST(processes_are_looked_at),
        TEST(what_is_no_request_is_told),
        TEST(half_a_request_is_not_waited_for_for_ever),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

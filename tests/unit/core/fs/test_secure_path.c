#include "secure_path.h"
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

enum { TRIES = 100000 };

static char folder[] = "/tmp/tfhook-trust.XXXXXX";

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* good/x and evil/x; others can write the folder evil. */
static int set_up(void **state)
{
    (void)state;
    (void)umask(022);
    if (mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir("good", 0755) < 0 ||
        mkdir("evil", 0755) < 0 || chmod("evil", 0777) < 0)
        return -1;
    put("good/x", "good");
    put("evil/x", "evil");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink("good/x");
    (void)unlink("evil/x");
    (void)unlink("good/y");
    (void)unlink("good/link");
    (void)unlink("link");
    (void)rmdir("good");
    (void)rmdir("evil");
    return chdir("/") < 0 ? -1 : rmdir(folder);
}

/* The open file, or -1; what went wrong in *ret_why, which is the caller's to free. */
static int open_file(const char *directory, const char *name, char **ret_why)
{
    struct mem mem = {0};
    struct err err = {.mem = &mem};
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, directory);
    int fd = secure_path_open_directory(path, "it is not used", &err);
    int file = fd < 0 ? -1 : secure_path_open_file(&mem, fd, path, name, "it is not used", &err);
    if (fd >= 0)
        (void)close(fd);
    assert_true((file < 0) == (err.text != NULL));
    *ret_why = err.text == NULL ? NULL : strdup(err.text);
    mem_free(&mem);
    return file;
}

static void refuses(const char *directory, const char *name, const char *text)
{
    char *why = NULL;
    assert_int_equal(open_file(directory, name, &why), -1);
    if (strstr(why, text) == NULL)
        fail_msg("%s/%s: %s instead of %s", directory, name, why, text);
    free(why);
}

static void what_nobody_else_can_write_is_opened(void **state)
{
    (void)state;
    char *why = NULL;
    int fd = open_file("good", "x", &why);
    char text[8] = "";
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, sizeof text - 1), 4);
    assert_string_equal(text, "good");
    (void)close(fd);
}

static void what_others_can_write_is_refused_by_name(void **state)
{
    (void)state;
    refuses("evil", "x", "/evil can be written by others; leave that to its owner (chmod go-w ");
    assert_int_equal(chmod("evil", 01777), 0);
    char *why = NULL;
    int fd = open_file("evil", "x", &why);
    assert_true(fd >= 0); /* sticky: others cannot put another in its place */
    (void)close(fd);
    assert_int_equal(chmod("evil/x", 0664), 0);
    refuses("evil", "x", "/evil/x can be written by others");
    assert_int_equal(chmod("evil/x", 0644), 0);
    assert_int_equal(chmod("evil", 0777), 0);
}

static void links_and_what_is_no_file_are_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink("good", "link"), 0);
    assert_int_equal(symlink("x", "good/link"), 0);
    assert_int_equal(mkfifo("good/y", 0644), 0);
    refuses("link", "x", "/link is a link or no directory, or has become that");
    refuses("good", "link", "/good/link is a symbolic link");
    refuses("good", "y", "/good/y is no regular file");
    refuses("good", "z", "cannot open");
    refuses("good/x", "x", "/good/x is a link or no directory");
}

static _Noreturn void exchange_for_ever(void)
{
    for (;;)
        (void)syscall(SYS_renameat2, AT_FDCWD, "good", AT_FDCWD, "evil", RENAME_EXCHANGE);
}

/* Two folders change places all the time: what is opened is never what others can write. */
static void a_swap_at_any_moment_gives_the_trusted_one_or_none(void **state)
{
    (void)state;
    size_t opened = 0, refused = 0;
    if (syscall(SYS_renameat2, AT_FDCWD, "good", AT_FDCWD, "good", RENAME_EXCHANGE) < 0)
        skip(); /* a file system that cannot exchange names */
    pid_t pid = fork();
    if (pid == 0)
        exchange_for_ever();
    assert_true(pid > 0);
    for (int i = 0; i < TRIES; i++) {
        char *why = NULL;
        char text[8] = "";
        int fd = open_file("good", "x", &why);
        bool read_it = fd >= 0 && read(fd, text, sizeof text - 1) == 4;
        opened += fd >= 0;
        refused += fd < 0;
        if (fd >= 0)
            (void)close(fd);
        free(why);
        if (fd >= 0 && (!read_it || strcmp(text, "good") != 0)) {
            (void)kill(pid, SIGKILL);
            fail_msg("try %d opened \"%s\"", i, text);
        }
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    struct stat st;
    if (stat("good", &st) == 0 && (st.st_mode & S_IWOTH) != 0)
        (void)syscall(SYS_renameat2, AT_FDCWD, "good", AT_FDCWD, "evil", RENAME_EXCHANGE);
    print_message("%zu opened, %zu refused\n", opened, refused);
    assert_true(opened > TRIES / 100); /* else it was no race */
    assert_true(refused > TRIES / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_else_can_write_is_opened),
        cmocka_unit_test(what_others_can_write_is_refused_by_name),
        cmocka_unit_test(links_and_what_is_no_file_are_refused),
        cmocka_unit_test(a_swap_at_any_moment_gives_the_trusted_one_or_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

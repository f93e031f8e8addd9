#include "file.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct mem mem;
static char dir[] = "/tmp/tfhook-file.XXXXXX";
static const struct blob content = {(const unsigned char *)"new", 3};

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    int rc = rmdir(dir);
    mem_free(&mem);
    return rc;
}

static const char *in_dir(const char *name)
{
    return mem_printf(&mem, "%s/%s", dir, name);
}

static int64_t mtime_ms(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static void a_file_that_replaces_another_never_has_its_time(void **state)
{
    (void)state;
    const char *old = in_dir("old");
    const char *new = in_dir("new");
    assert_int_equal(file_create(old, &content, 0600, NULL), 0);
    /* The clock of a file system stands for some ms: now and then the two would be alike. */
    for (int i = 0; i < 200; i++) {
        assert_int_equal(utimensat(AT_FDCWD, old, NULL, 0), 0);
        assert_int_equal(file_create(new, &content, -1, old), 0);
        assert_true(mtime_ms(new) != mtime_ms(old));
        assert_int_equal(unlink(new), 0);
    }
    assert_int_equal(unlink(old), 0);
}

static void attributes_are_taken_over_whole(void **state)
{
    (void)state;
    const char *old = in_dir("old");
    const char *new = in_dir("new");
    char value[1500];
    char there[sizeof value + 1];
    memset(value, 'x', sizeof value);
    assert_int_equal(file_create(old, &content, 0640, NULL), 0);
    if (setxattr(old, "user.note", value, sizeof value, 0) < 0) {
        assert_int_equal(unlink(old), 0);
        skip(); /* a file system without user attributes */
    }
    assert_int_equal(setxattr(old, "user.empty", "", 0, 0), 0);
    assert_int_equal(file_create(new, &content, -1, old), 0);
    assert_int_equal(getxattr(new, "user.note", there, sizeof there), sizeof value);
    assert_memory_equal(there, value, sizeof value);
    assert_int_equal(getxattr(new, "user.empty", there, sizeof there), 0);
    assert_int_equal(unlink(new), 0);
    assert_int_equal(unlink(old), 0);
}

static void a_new_directory_has_its_mode_whatever_the_umask(void **state)
{
    (void)state;
    const char *path = in_dir("d");
    struct stat st;
    mode_t mask = umask(077);
    assert_int_equal(file_create_directory(path, 0755), 0);
    assert_int_equal(umask(mask), 077);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_int_equal(file_create_directory(path, 0755), -EEXIST);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_replaces_another_never_has_its_time),
        cmocka_unit_test(attributes_are_taken_over_whole),
        cmocka_unit_test(a_new_directory_has_its_mode_whatever_the_umask),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

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

static void a_file_that_replaces_another_is_always_later(void **state)
{
    (void)state;
    const char *old = in_dir("old");
    const char *new = in_dir("new");
    assert_int_equal(file_create(old, &content, 0600, NULL), 0);
    /* The clock of a file system stands for some ms: now and then the two would be alike. */
    for (int i = 0; i < 200; i++) {
        /* Or the clock was set back. */
        struct timespec times[] = {{.tv_nsec = UTIME_OMIT},
                                   {.tv_sec = 4000000000, .tv_nsec = 999999999}};
        assert_int_equal(utimensat(AT_FDCWD, old, i % 2 == 0 ? NULL : times, 0), 0);
        assert_int_equal(file_create(new, &content, -1, old), 0);
        assert_true(mtime_ms(new) > mtime_ms(old));
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
    assert_int_equal(file_create_directory(path, 0755, NULL), 0);
    assert_int_equal(umask(mask), 077);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_int_equal(file_create_directory(path, 0755, NULL), -EEXIST);
    assert_int_equal(rmdir(path), 0);
}

/* The bytes of an ACL as the kernel gives them (little-endian). */
static void an_acl_gives_nobody_more_than_the_final_mode(void **state)
{
    (void)state;
    static const unsigned char acl[] = {2,    0, 0, 0,                          /* version */
                                        1,    0, 6, 0, 0xff, 0xff, 0xff, 0xff,  /* the owner: rw */
                                        2,    0, 6, 0, 1,    0,    0,    0,     /* user 1: rw */
                                        4,    0, 4, 0, 0xff, 0xff, 0xff, 0xff,  /* the group: r */
                                        0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,  /* mask: rw */
                                        0x20, 0, 4, 0, 0xff, 0xff, 0xff, 0xff}; /* others: r */
    const char *old = in_dir("old");
    const char *new = in_dir("new");
    unsigned char there[sizeof acl];
    struct stat st;
    assert_int_equal(file_create(old, &content, 0600, NULL), 0);
    if (setxattr(old, "system.posix_acl_access", acl, sizeof acl, 0) < 0) {
        assert_int_equal(unlink(old), 0);
        skip(); /* a file system without ACLs */
    }
    assert_int_equal(file_create(new, &content, 0600, old), 0);
    assert_int_equal(stat(new, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(getxattr(new, "system.posix_acl_access", there, sizeof there), sizeof acl);
    assert_int_equal(there[4 + 3 * 8 + 2], 0); /* the mask */
    assert_int_equal(there[4 + 8 + 2], 6);     /* user 1 stays listed */
    assert_int_equal(unlink(new), 0);
    assert_int_equal(file_create(new, &content, -1, old), 0);
    assert_int_equal(getxattr(new, "system.posix_acl_access", there, sizeof there), sizeof acl);
    assert_memory_equal(there, acl, sizeof acl);
    assert_int_equal(unlink(new), 0);
    assert_int_equal(unlink(old), 0);
}

static void no_link_on_the_way_is_followed(void **state)
{
    (void)state;
    struct blob read;
    struct stat st;
    const char *folder = in_dir("folder");
    const char *lead = in_dir("lead");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("folder", lead), 0);
    assert_int_equal(file_create(in_dir("folder/f"), &content, 0600, NULL), 0);

    assert_int_equal(file_read(&mem, in_dir("lead/f"), FILE_LIMIT, &read), -ELOOP);
    assert_int_equal(file_stat(in_dir("lead/f"), &st), -ELOOP);
    assert_int_equal(file_create(in_dir("lead/g"), &content, 0600, NULL), -ELOOP);
    assert_int_equal(file_create_directory(in_dir("lead/g"), 0700, NULL), -ELOOP);
    assert_int_equal(file_link(in_dir("lead/f"), in_dir("lead/g")), -ELOOP);
    assert_int_equal(file_rename(in_dir("lead/f"), in_dir("lead/g")), -ELOOP);
    assert_int_equal(file_sync_directory(lead), -ELOOP);
    file_discard(in_dir("lead/f"));
    assert_int_equal(access(in_dir("folder/f"), F_OK), 0);
    assert_int_equal(access(in_dir("folder/g"), F_OK), -1);

    assert_int_equal(file_stat(in_dir("folder/f"), &st), 0);
    assert_int_equal(file_rename(in_dir("folder/f"), in_dir("f")), -EXDEV);
    assert_int_equal(file_link(in_dir("folder/f"), dir), -EXDEV);
    assert_int_equal(file_stat(dir, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(file_stat("/", &st), 0);
    assert_true(S_ISDIR(st.st_mode));

    assert_int_equal(file_remove(in_dir("folder/f")), 0);
    assert_int_equal(file_remove(lead), 0);
    assert_int_equal(file_remove_directory(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_replaces_another_is_always_later),
        cmocka_unit_test(attributes_are_taken_over_whole),
        cmocka_unit_test(an_acl_gives_nobody_more_than_the_final_mode),
        cmocka_unit_test(no_link_on_the_way_is_followed),
        cmocka_unit_test(a_new_directory_has_its_mode_whatever_the_umask),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

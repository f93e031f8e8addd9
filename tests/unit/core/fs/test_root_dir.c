#include "root_dir.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct mem mem;
static char dir[] = "/tmp/tfhook-root.XXXXXX";

static const char *in_dir(const char *name)
{
    return mem_printf(&mem, "%s/%s", dir, name);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL || mkdir(in_dir("etc"), 0755) < 0 || mkdir(in_dir("etc/d"), 0755) < 0)
        return -1;
    return symlink("/etc/d", in_dir("abs")) | symlink("../../../../../..", in_dir("etc/up")) |
           symlink("loop", in_dir("loop")) | symlink("d/../../etc/d", in_dir("etc/rel"));
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"abs", "loop", "etc/up", "etc/rel"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(in_dir(names[i]));
    (void)rmdir(in_dir("etc/d"));
    (void)rmdir(in_dir("etc"));
    (void)rmdir(dir);
    mem_free(&mem);
    return 0;
}

/* Walked, into a cache, and out of it. */
static void assert_resolves(const char *path, const char *expected)
{
    struct root_cache cache = {.mem = &mem};
    const struct root roots[] = {{dir, NULL}, {dir, &cache}, {dir, &cache}};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        const char *real = NULL;
        assert_int_equal(root_resolve(&roots[i], &mem, path, &real), 0);
        assert_string_equal(root_inside(&roots[i], real), expected);
        assert_int_equal(strncmp(real, dir, strlen(dir)), 0);
    }
}

static void links_are_followed_inside_the_root(void **state)
{
    (void)state;
    assert_resolves("/abs/file", "/etc/d/file");
    assert_resolves("/etc/rel/x", "/etc/d/x");
    assert_resolves("//etc/.//d", "/etc/d");
}

static void no_path_leads_out_of_the_root(void **state)
{
    (void)state;
    assert_resolves("/../../etc", "/etc");
    assert_resolves("/etc/up/etc/d", "/etc/d");
    assert_resolves("/etc/up", "/");
    assert_string_equal(root_inside(&(const struct root){dir, NULL}, dir), "/");
}

static void missing_components_are_taken_literally(void **state)
{
    (void)state;
    assert_resolves("/etc/none/deeper", "/etc/none/deeper");
    assert_resolves("/none/none/../../abs/x", "/etc/d/x");
    assert_resolves("/etc/none/../rel/../../none/..", "/");
}

static void a_cache_knows_what_is_there_and_nothing_else(void **state)
{
    (void)state;
    struct root_cache cache = {.mem = &mem};
    const struct root root = {dir, &cache};
    const char *real = NULL;
    assert_int_equal(root_resolve(&root, &mem, "/etc/new/x", &real), 0);
    assert_int_equal(symlink("d", in_dir("etc/new")), 0);
    assert_int_equal(root_resolve(&root, &mem, "/etc/new/x", &real), 0);
    assert_string_equal(root_inside(&root, real), "/etc/d/x");
    assert_int_equal(unlink(in_dir("etc/new")), 0);
    assert_int_equal(root_resolve(&root, &mem, "/etc/new/y", &real), 0);
    assert_string_equal(root_inside(&root, real), "/etc/d/y"); /* as it was at the first look */
    for (int i = 0; i < 100; i++)                              /* more than it holds */
        assert_int_equal(
            root_resolve(&root, &mem, mem_printf(&mem, "/etc/d%0*d/..", i + 1, 0), &real) |
                root_resolve(&root, &mem, "/etc/d/../d", &real),
            0);
    assert_int_equal(root_resolve(&root, &mem, "/etc/new/y", &real), 0);
    assert_string_equal(root_inside(&root, real), "/etc/new/y");
    assert_int_equal(root_resolve(&root, &mem, "/loop", &real), -ELOOP);
}

static void a_loop_and_a_relative_path_are_errors(void **state)
{
    (void)state;
    const struct root root = {dir, NULL};
    const char *real = NULL;
    assert_int_equal(root_resolve(&root, &mem, "/loop", &real), -ELOOP);
    assert_int_equal(root_resolve(&root, &mem, "etc", &real), -EINVAL);
    assert_int_equal(close(creat(in_dir("etc/file"), 0600)), 0);
    assert_int_equal(root_resolve(&root, &mem, "/etc/file/../d", &real), -ENOTDIR);
    assert_int_equal(unlink(in_dir("etc/file")), 0);
    assert_null(real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_followed_inside_the_root),
        cmocka_unit_test(no_path_leads_out_of_the_root),
        cmocka_unit_test(missing_components_are_taken_literally),
        cmocka_unit_test(a_cache_knows_what_is_there_and_nothing_else),
        cmocka_unit_test(a_loop_and_a_relative_path_are_errors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

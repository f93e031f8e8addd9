#include "config.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct mem mem;

static int free_mem(void **state)
{
    (void)state;
    mem_free(&mem);
    return 0;
}

static const char sample[] = "[tfhook]\n"
                             "timeout = 30\n"
                             "[phase stop]\n"
                             "command = /usr/bin/teamforge stop\n"
                             "[phase provision]\n"
                             "command =\n"
                             "   /bin/a 'b c'\n"
                             "   /bin/d\n"
                             "only-on = app1, app2\n"
                             "[step one]\n"
                             "plugin = cert-collect\n"
                             "hook = pre-stop, post-failure\n"
                             "source = a ; comment\n"
                             "   b, c\n"
                             "timeout = 5\n"
                             "[step two]\n"
                             "plugin = verify\n"
                             "checks = x, y\n";

static void reads_phases_steps_and_lists(void **state)
{
    (void)state;
    struct config config;
    struct names problems = {0};
    struct blob text = {(const unsigned char *)sample, sizeof sample - 1};
    config_parse(&mem, "c.ini", &text, &config, &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(config.phase_count, 2);
    assert_int_equal(config.phases[1].command_count, 2);
    assert_string_equal(config.phases[1].commands[0].names[1], "b c");
    assert_int_equal(config.steps[0].timeout, 5);
    assert_int_equal(config.steps[1].timeout, 30);
    assert_string_equal(config.steps[0].hooks.names[1], "post-failure");
    struct names source = ini_items(&mem, &config.steps[0].entries[0]);
    assert_int_equal(source.count, 2);
    assert_string_equal(source.names[0], "a");
    assert_string_equal(source.names[1], "b, c"); /* on lines of their own, commas are text */
    struct names checks = ini_items(&mem, &config.steps[1].entries[0]);
    assert_int_equal(checks.count, 2);
    assert_string_equal(checks.names[1], "y");
}

static void every_prefix_is_read_or_refused_without_a_crash(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof sample; size++) {
        struct mem own = {0};
        struct config config;
        struct names problems = {0};
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, sample, size);
        copy[size] = '\0';
        struct blob text = {(const unsigned char *)copy, size};
        config_parse(&own, "c.ini", &text, &config, &problems);
        for (size_t i = 0; i < problems.count; i++)
            assert_int_equal(strncmp(problems.names[i], "c.ini:", 6), 0);
        mem_free(&own);
        free(copy);
    }
}

static void hosts_match_short_and_full(void **state)
{
    (void)state;
    struct names only = {0};
    assert_true(config_names_host(&only, "app1.example.com"));
    names_add(&mem, &only, "app1");
    assert_true(config_names_host(&only, "app1.example.com"));
    assert_true(config_names_host(&only, "APP1"));
    assert_false(config_names_host(&only, "app10.example.com"));
    struct names full = {0};
    names_add(&mem, &full, "app1.example.com");
    assert_true(config_names_host(&full, "app1"));
    assert_true(config_names_host(&full, "app1.example.com"));
    assert_false(config_names_host(&full, "app1.example.org"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_phases_steps_and_lists),
        cmocka_unit_test(every_prefix_is_read_or_refused_without_a_crash),
        cmocka_unit_test(hosts_match_short_and_full),
    };
    return cmocka_run_group_tests(tests, NULL, free_mem);
}

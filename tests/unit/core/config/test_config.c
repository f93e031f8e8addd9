#include "config.h"
#include "unit.h"
#include "value.h"

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

static struct names list_of(const struct step *step, const char *name)
{
    const struct tfhook_key key = {.name = name, .type = TFHOOK_LIST};
    const struct ini_entry *entry = ini_find(step->entries, step->entry_count, name);
    struct setting setting;
    struct names problems = {0};
    const struct ini_problems to = {&mem, "c.ini", "c.ini: ", &problems};
    assert_non_null(entry);
    value_read(&to, &key, entry, NULL, &setting);
    assert_int_equal(problems.count, 0);
    return setting.items;
}

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
    struct names source = list_of(&config.steps[0], "source");
    assert_int_equal(source.count, 2);
    assert_string_equal(source.names[0], "a");
    assert_string_equal(source.names[1], "b, c"); /* on lines of their own, commas are text */
    struct names checks = list_of(&config.steps[1], "checks");
    assert_int_equal(checks.count, 2);
    assert_string_equal(checks.names[1], "y");
}

static char *long_text(char fill, size_t size)
{
    char *text = mem_alloc(&mem, size + 1);
    memset(text, fill, size);
    return text;
}

static void parse(const char *text, struct config *config, struct names *problems)
{
    struct blob blob = {(const unsigned char *)text, strlen(text)};
    *problems = (struct names){0};
    config_parse(&mem, "c.ini", &blob, config, problems);
}

static void takes_lines_of_4096_bytes_whole(void **state)
{
    (void)state;
    struct config config;
    struct names problems;
    const char *x = long_text('x', 4000);
    const char *y = long_text('y', 2000);
    const char *z = long_text('z', 4090);
    /* One line with a comment, a list on one line, and a list of indented lines. */
    parse(mem_printf(&mem,
                     "[step one]\nplugin = fake\npath = /%s ; a comment\nitems = %s, %s\r\n"
                     "lines = %s\n  %s ; a comment\n\t %s\n# %s\n",
                     x, y, y, x, x, z, z),
          &config, &problems);
    assert_int_equal(problems.count, 0);
    const struct step *step = &config.steps[0];
    assert_string_equal(ini_find(step->entries, step->entry_count, "path")->lines.names[0],
                        mem_printf(&mem, "/%s", x));
    struct names items = list_of(step, "items");
    assert_int_equal(items.count, 2);
    assert_string_equal(items.names[1], y);
    struct names lines = list_of(step, "lines");
    assert_int_equal(lines.count, 3);
    assert_string_equal(lines.names[0], x);
    assert_string_equal(lines.names[1], x);
    assert_string_equal(lines.names[2], z);
    assert_int_equal(ini_find(step->entries, step->entry_count, "lines")->line, 5);
    parse(mem_printf(&mem, "[step one]\nplugin = fake\nx = %s\n", long_text('x', 4092)), &config,
          &problems);
    assert_int_equal(problems.count, 0);
}

static void refuses_a_line_of_4097_bytes_with_its_place(void **state)
{
    (void)state;
    struct config config;
    struct names problems;
    parse(mem_printf(&mem, "[step one]\nplugin = fake\nx = %s\ny = 1\n  %s\n", long_text('x', 4093),
                     long_text('y', 4095)),
          &config, &problems);
    assert_int_equal(problems.count, 2);
    assert_string_equal(problems.names[0],
                        "c.ini:3: the line is too long: 4097 bytes, at most 4096; put a list on "
                        "indented lines");
    assert_int_equal(strncmp(problems.names[1], "c.ini:5: the line is too long: 4097 ", 36), 0);
}

static void a_comment_may_follow_every_kind_of_line(void **state)
{
    (void)state;
    struct config config;
    struct names problems;
    parse("  ; c\n[step one] ; c\n  # c\n\t; c\nplugin = fake ; c\nlist = ; c\n  a;b ; c\n ; c\n  "
          "d\n",
          &config, &problems);
    assert_int_equal(problems.count, 0);
    struct names list = list_of(&config.steps[0], "list");
    assert_int_equal(list.count, 2);
    assert_string_equal(list.names[0], "a;b");
    assert_string_equal(list.names[1], "d");
    parse("[step one]\nplugin ; = fake\nx = 1\n", &config, &problems);
    assert_string_equal(problems.names[0], "c.ini:2: expected KEY = VALUE, a [section], or an "
                                           "indented line of a list");
}

static void a_key_is_not_cut(void **state)
{
    (void)state;
    struct config config;
    struct names problems;
    const char *key = long_text('k', 49);
    parse(mem_printf(&mem, "[step one]\nplugin = fake\n%s = 1\n  2\n", key), &config, &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(list_of(&config.steps[0], key).count, 2);
    for (size_t size = 50; size < 4000; size *= 2) {
        parse(mem_printf(&mem, "[step one]\nplugin = fake\n%s = 1\n", long_text('k', size)),
              &config, &problems);
        assert_int_equal(problems.count, 1);
        assert_string_equal(problems.names[0], "c.ini:3: the key is too long");
    }
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
        cmocka_unit_test(takes_lines_of_4096_bytes_whole),
        cmocka_unit_test(refuses_a_line_of_4097_bytes_with_its_place),
        cmocka_unit_test(a_comment_may_follow_every_kind_of_line),
        cmocka_unit_test(a_key_is_not_cut),
        cmocka_unit_test(every_prefix_is_read_or_refused_without_a_crash),
        cmocka_unit_test(hosts_match_short_and_full),
    };
    return cmocka_run_group_tests(tests, NULL, free_mem);
}

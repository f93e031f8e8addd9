/* The test host: what a plugin's test relies on. */
#include "unit.h"

#include <errno.h>
#include <tfhook/testhost.h>

static int (*doing)(const struct tfhook_host *host);

static int dispatch(const struct tfhook_host *host)
{
    return doing(host);
}

static const struct tfhook_key keys[] = {
    {"file", TFHOOK_PATH, 1, NULL, NULL, 0, 0, "the file"},
    {"words", TFHOOK_LIST, 0, "a, b", NULL, 0, 0, "words"},
    {"count", TFHOOK_NUMBER, 0, "3", NULL, 1, 9, "how many"},
    {"on", TFHOOK_FLAG, 0, NULL, NULL, 0, 0, "a flag"},
    {"pick", TFHOOK_ENUM, 0, NULL, "red blue", 0, 0, "a colour"},
    {"picks", TFHOOK_ENUMS, 0, NULL, "red blue", 0, 0, "colours"},
    {"paths", TFHOOK_PATHS, 0, NULL, NULL, 0, 0, "paths"},
};
static const struct tfhook_plugin doer = {.size = sizeof doer,
                                          .minor = 1,
                                          .name = "doer",
                                          .keys = keys,
                                          .key_count = sizeof keys / sizeof *keys,
                                          .key_size = sizeof *keys,
                                          .plan = dispatch,
                                          .verify = dispatch};

static struct testhost *begin(int (*function)(const struct tfhook_host *host))
{
    struct testhost *t = testhost_new(&doer);
    doing = function;
    testhost_set(t, "file", "/etc/f");
    return t;
}

static int ask_values(const struct tfhook_host *host)
{
    assert_string_equal(host->value(host, "file"), "/etc/f");
    assert_null(host->value(host, "words"));
    assert_int_equal(host->items(host, "words").count, 2);
    assert_string_equal(host->items(host, "words").names[1], "b");
    assert_null(host->items(host, "words").names[2]);
    assert_int_equal(host->items(host, "picks").count, 0);
    assert_int_equal(host->number(host, "count"), 3);
    assert_false(host->flag(host, "on"));
    assert_string_equal(host->short_name, "scm1");
    assert_string_equal(host->hook, "pre-provision");
    return host->reject(host, "words", "too %s", "short");
}

static void keys_have_their_types_and_defaults(void **state)
{
    (void)state;
    struct testhost *t = begin(ask_values);
    testhost_hostname(t, "SCM1.example.com");
    testhost_hook(t, "pre-provision");
    assert_int_equal(testhost_plan(t), TFHOOK_REJECTED);
    assert_string_equal(testhost_message(t), "words: too short");
    assert_int_equal(testhost_check(t), TFHOOK_OK); /* it has none */
    testhost_free(t);
}

static int never(const struct tfhook_host *host)
{
    (void)host;
    fail_msg("called with keys that tfhook rejects");
    return TFHOOK_OK;
}

static void keys_that_tfhook_rejects_reject_the_call(void **state)
{
    static const struct {
        const char *key, *value, *why;
    } cases[] = {
        {"file", NULL, "[step test] needs file: the file"},
        {"file", "f", "file = f: the path must be absolute"},
        {"file", "", "file needs one value"},
        {"count", "10", "count = 10: expected a whole number from 1 to 9"},
        {"count", " 1", "count =  1: expected a whole number from 1 to 9"},
        {"on", "true", "on = true: expected yes or no"},
        {"pick", "re", "pick = re: expected one of: red blue"},
        {"picks", "red, green", "picks = green: expected one of: red blue"},
        {"paths", "/a, b", "paths = b: the path must be absolute"},
        {"words", " , ", "words is empty"},
        {"wrods", "a", "the plugin doer has no key wrods"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct testhost *t = begin(never);
        testhost_set(t, cases[i].key, cases[i].value);
        assert_int_equal(testhost_plan(t), TFHOOK_REJECTED);
        assert_string_equal(testhost_message(t), cases[i].why);
        testhost_free(t);
    }
}

static int ask_undeclared(const struct tfhook_host *host)
{
    (void)host->value(host, "fiel");
    return TFHOOK_OK;
}

static int return_nonsense(const struct tfhook_host *host)
{
    (void)host;
    return 17;
}

static void misuse_and_nonsense_fail_the_call(void **state)
{
    (void)state;
    struct testhost *t = begin(ask_undeclared);
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), "the plugin doer misuses its interface: it asks for "
                                             "the key fiel, which it does not declare");
    doing = return_nonsense;
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_null(testhost_misuse(t));
    testhost_free(t);
}

static int write_and_fail(const struct tfhook_host *host)
{
    assert_int_equal(host->write(host, "/a/new", "x", 1, 0600, TFHOOK_SECRET), 0);
    host->summary(host, "/a/new", "+ %d", 1);
    return host->flag(host, "on") ? (host->fail)(host, "no") : TFHOOK_OK;
}

static void what_is_staged_can_be_asked_and_committed(void **state)
{
    (void)state;
    struct testhost *t = begin(write_and_fail);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_int_equal(testhost_changes(t), 2);
    assert_true(testhost_made(t, "/a"));
    assert_string_equal(testhost_content(t, "/a/new"), "x");
    assert_int_equal(testhost_content_size(t, "/a/new"), 1);
    assert_int_equal(testhost_staged_mode(t, "/a/new"), 0600);
    assert_true(testhost_secret(t, "/a/new"));
    assert_false(testhost_removed(t, "/a/new"));
    assert_string_equal(testhost_summary(t, "/a/new").names[0], "+ 1");
    testhost_commit(t);
    assert_int_equal(testhost_changes(t), 0);
    /* It is there now, so writing it unread is a misuse. */
    doing = write_and_fail;
    testhost_set(t, "on", "yes");
    testhost_forget(t, "/a/new");
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), "no");
    assert_int_equal(testhost_changes(t), 0);
    testhost_free(t);
}

static int probe(const struct tfhook_host *host)
{
    const char *const argv[] = {"/bin/x", "-v", NULL}, *const other[] = {"/bin/y", NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    assert_int_equal(host->probe(host, other, 1, 10, &out), -ENOENT);
    assert_int_equal(host->probe_input(host, argv, "in", 2, 1, 10, &out), 0);
    assert_int_equal(out.exit_status, 3);
    assert_string_equal(out.out.data, "out");
    assert_string_equal(out.err.data, "err");
    assert_int_equal(host->probe(host, argv, 1, 2, &out), 0);
    assert_true(out.truncated);
    assert_int_equal(out.out.size, 2);
    return TFHOOK_OK;
}

static int probe_slow(const struct tfhook_host *host)
{
    const char *const argv[] = {"/bin/x", "-v", NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    assert_int_equal(host->probe_input(host, argv, "in", 2, 1, 10, &out), 0);
    assert_true(out.timed_out);
    return host->probe(host, argv, 0, 10, &out) == -EINVAL ? TFHOOK_OK : TFHOOK_SKIPPED;
}

static void probes_have_canned_answers(void **state)
{
    const char *const argv[] = {"/bin/x", "-v", NULL};
    (void)state;
    struct testhost *t = begin(probe);
    testhost_answer(t, argv, 3, "out", "err");
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_string_equal(testhost_input(t, "/bin/x"), "");
    assert_null(testhost_input(t, "/bin/z"));
    doing = probe_slow;
    testhost_answer(t, argv, TESTHOST_TIMEOUT, NULL, NULL);
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_misuse(t), "a probe without a deadline or a limit");
    testhost_free(t);
}

static int see_earlier(const struct tfhook_host *host)
{
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    assert_int_equal(host->staged(host, 0, &staged), 0);
    assert_string_equal(staged.step, "before");
    assert_int_equal(host->staged(host, 1, &staged), -ENOENT);
    host->finding(host, "c", "c.id", "subject", TFHOOK_WARN, "message", NULL);
    return TFHOOK_OK;
}

static void a_plan_sees_earlier_steps_and_reports_no_finding(void **state)
{
    (void)state;
    struct testhost *t = begin(see_earlier);
    testhost_earlier(t, "before", "/etc/other", "x", 0);
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_misuse(t), "it reports a finding outside of verify");
    assert_int_equal(testhost_findings(t), 0);
    testhost_free(t);
}

static int see_last(const struct tfhook_host *host)
{
    struct tfhook_data data;
    assert_int_equal(host->read(host, "/etc/other", 0, &data), 0);
    assert_string_equal(data.data, "last");
    return TFHOOK_OK;
}

static void earlier_steps_come_to_one_change_a_file_and_to_none_when_it_is_the_same(void **state)
{
    (void)state;
    struct testhost *t = begin(see_last);
    testhost_file(t, "/etc/f", "same");
    testhost_earlier(t, "one", "/etc/f", "same", 0);
    testhost_earlier(t, "one", "/etc/other", "first", TFHOOK_SECRET);
    testhost_earlier(t, "two", "/etc/other", "last", 0);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_int_equal(testhost_changes(t), 1);
    assert_true(testhost_secret(t, "/etc/other"));
    testhost_free(t);
}

static int report(const struct tfhook_host *host)
{
    struct tfhook_data data;
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    assert_int_equal(host->staged(host, 0, &staged), -ENOENT); /* all is on the disk by now */
    assert_int_equal(host->process(host, 7, "cmdline", 0, &data), 0);
    assert_string_equal(data.data, "java");
    assert_int_equal(host->process(host, 8, "cmdline", 0, &data), -ENOENT);
    assert_int_equal(host->read(host, "/etc/secret", 0, &data), -EACCES);
    host->finding(host, "c", "c.id", "subject", TFHOOK_WARN, "message", NULL);
    host->next_step(host, "restart");
    host->next_step(host, "restart");
    host->log(host, TFHOOK_DEBUG, "seen %d", 1);
    assert_int_equal(host->publish(host, "/m", "metric", 6), 0);
    host->message(host, "well");
    return TFHOOK_OK;
}

static void reports_can_be_asked(void **state)
{
    (void)state;
    struct testhost *t = begin(report);
    testhost_process(t, 7, "cmdline", "java");
    testhost_earlier(t, "before", "/etc/other", "x", 0);
    testhost_file(t, "/etc/secret", "x");
    testhost_error(t, "/etc/secret", EACCES);
    assert_int_equal(testhost_verify(t), TFHOOK_OK);
    assert_int_equal(testhost_findings(t), 1);
    assert_int_equal(testhost_find(t, "c.id", NULL)->verdict, TFHOOK_WARN);
    assert_null(testhost_find(t, "c.id", "another"));
    assert_null(testhost_finding(t, 1));
    assert_int_equal(testhost_next_steps(t).count, 1);
    assert_string_equal(testhost_log(t).names[0], "seen 1");
    assert_string_equal(testhost_published(t, "/m"), "metric");
    assert_string_equal(testhost_message(t), "well");
    testhost_free(t);
}

static int advise_thrice(const struct tfhook_host *host)
{
    for (int i = 1; i <= 3; i++)
        host->next_step(host, "long advice, number %d", i);
    return TFHOOK_OK;
}

static int advise_once(const struct tfhook_host *host)
{
    host->next_step(host, "short");
    return TFHOOK_OK;
}

static void lists_last_beyond_the_next_call(void **state)
{
    (void)state;
    struct testhost *t = begin(advise_thrice);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    struct tfhook_names before = testhost_next_steps(t);
    doing = advise_once;
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    struct tfhook_names after = testhost_next_steps(t);
    assert_int_equal(after.count, 1);
    assert_string_equal(after.names[0], "short");
    assert_null(after.names[1]);
    assert_int_equal(before.count, 3);
    assert_string_equal(before.names[0], "long advice, number 1");
    assert_string_equal(before.names[2], "long advice, number 3");
    testhost_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_their_types_and_defaults),
        cmocka_unit_test(keys_that_tfhook_rejects_reject_the_call),
        cmocka_unit_test(misuse_and_nonsense_fail_the_call),
        cmocka_unit_test(what_is_staged_can_be_asked_and_committed),
        cmocka_unit_test(probes_have_canned_answers),
        cmocka_unit_test(a_plan_sees_earlier_steps_and_reports_no_finding),
        cmocka_unit_test(earlier_steps_come_to_one_change_a_file_and_to_none_when_it_is_the_same),
        cmocka_unit_test(reports_can_be_asked),
        cmocka_unit_test(lists_last_beyond_the_next_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* exec-hook against the host in memory: the executable is a canned answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <tfhook/testhost.h>

#define COMMAND "/opt/site/hook"

static const char *const argv[] = {COMMAND, "-x", NULL};

static struct testhost *make_site(int status, const char *out)
{
    struct testhost *t = testhost_new(&tfhook_plugin_v1);
    testhost_file(t, COMMAND, "#!/bin/sh\n");
    testhost_mode(t, COMMAND, 0755);
    testhost_set(t, "command", COMMAND);
    testhost_set(t, "arguments", "-x");
    testhost_answer(t, argv, status, out, "first\nsecond\n");
    return t;
}

static void tells_the_call_and_what_is_staged(void **state)
{
    (void)state;
    struct testhost *t = make_site(0, " \n");
    testhost_set(t, "data", "a=1\nb=x=y");
    testhost_hook(t, "pre-provision");
    testhost_earlier(t, "collect", "/c", "text", 0);
    testhost_earlier(t, "collect", "/s", "hidden", TFHOOK_SECRET);
    testhost_earlier(t, "collect", "/u", "\xff", 0);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    const char *said = testhost_input(t, COMMAND);
    assert_non_null(strstr(said, "{\"schema\":1,\"call\":\"plan\",\"step\":\"test\","
                                 "\"hook\":\"pre-provision\",\"host\":\"app1.example.com\","
                                 "\"root\":\"\",\"keys\":{\"a\":\"1\",\"b\":\"x=y\"},"));
    assert_non_null(strstr(said, "{\"path\":\"/c\",\"action\":\"write\",\"secret\":false,"
                                 "\"old_sha256\":null,\"new_sha256\":\"982d9e3e"));
    assert_non_null(strstr(said, "\"content\":\"text\""));
    assert_null(strstr(said, "hidden"));
    assert_non_null(strstr(said, "\"path\":\"/u\""));
    testhost_free(t);
}

static void stages_edits_in_plan(void **state)
{
    (void)state;
    struct testhost *t = make_site(
        0, "{\"result\":\"ok\",\"message\":\"m\",\"next_steps\":[\"n\"],\"log\":[\"l\"],"
           "\"edits\":[{\"path\":\"/f\",\"old\":\"two\",\"new\":\"2\",\"anchor\":\"one\"},"
           "{\"path\":\"/f\",\"old\":null,\"new\":\"last\"}]}");
    testhost_file(t, "/f", "one\ntwo\n");
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_string_equal(testhost_content(t, "/f"), "one\n2\nlast\n");
    assert_string_equal(testhost_next_steps(t).names[0], "n");
    assert_string_equal(testhost_log(t).names[0], "l");
    assert_string_equal(testhost_message(t), "m");
    assert_int_equal(testhost_verify(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), COMMAND " gave an answer that is not understood: "
                                                     "\"edits\" are for plan only");
    testhost_free(t);
}

static void reports_findings_in_verify(void **state)
{
    (void)state;
    struct testhost *t =
        make_site(0, "{\"findings\":[{\"id\":\"site.x\",\"subject\":\"s\",\"verdict\":\"fail\","
                     "\"message\":\"m\",\"hint\":null}]}");
    assert_int_equal(testhost_verify(t), TFHOOK_OK);
    assert_int_equal(testhost_findings(t), 1);
    assert_string_equal(testhost_finding(t, 0)->check, "site");
    assert_int_equal(testhost_finding(t, 0)->verdict, TFHOOK_FAIL);
    assert_null(testhost_finding(t, 0)->hint);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    testhost_free(t);
}

static void its_result_is_the_step_s(void **state)
{
    (void)state;
    struct testhost *t = make_site(0, "{\"result\":\"skipped\",\"message\":\"no httpd here\"}");
    assert_int_equal(testhost_plan(t), TFHOOK_SKIPPED);
    assert_string_equal(testhost_message(t), "no httpd here");
    testhost_answer(t, argv, 0, "{\"result\":\"rejected\",\"message\":\"bad\"}", NULL);
    assert_int_equal(testhost_check(t), TFHOOK_REJECTED);
    assert_string_equal(testhost_message(t), "command: " COMMAND ": bad");
    testhost_free(t);
}

static void what_is_not_understood_fails_the_step(void **state)
{
    static const struct {
        const char *out, *why;
    } cases[] = {
        {"ok", "it is no JSON: line 1"},
        {"{} {}", "it is no JSON"},
        {"{\"log\":[],\"log\":[]}", "duplicate"},
        {"[]", "the answer is no object"},
        {"{\"reslut\":\"ok\"}", "the answer has an unknown member \"reslut\""},
        {"{\"result\":1}", "\"result\" of the answer is no string"},
        {"{\"result\":\"fine\"}", "the result \"fine\" is none of"},
        {"{\"result\":\"failed\"}", "the result \"failed\" has no message"},
        {"{\"log\":\"x\"}", "\"log\" of the answer is no array"},
        {"{\"log\":[1]}", "an item of \"log\" is no string"},
        {"{\"edits\":[1]}", "an edit is no object"},
        {"{\"edits\":[{\"path\":\"/f\"}]}", "neither \"old\" nor \"new\""},
        {"{\"edits\":[{\"new\":\"x\"}]}", "an edit has no \"path\""},
        {"{\"edits\":[{\"path\":\"f\",\"new\":\"x\"}]}", "is not absolute"},
        {"{\"edits\":[{\"path\":\"/f\",\"new\":\"x\\ny\"}]}", "is more than one line"},
        {"{\"edits\":[{\"path\":\"/f\",\"new\":\"x\",\"why\":1}]}", "unknown member \"why\""},
        {"{\"edits\":[{\"path\":\"/gone\",\"new\":\"x\"}]}", "wants to edit /gone: No such file"},
        {"{\"edits\":[{\"path\":\"/f\",\"old\":\"c\"}]}", "its line \"c\" is not there"},
        {"{\"edits\":[{\"path\":\"/f\",\"old\":\"b\"}]}", "its line \"b\" is there more than once"},
        {"{\"findings\":[{}]}", "are for verify only"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct testhost *t = make_site(0, cases[i].out);
        testhost_file(t, "/f", "a\nb\nb\n");
        assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
        assert_null(testhost_misuse(t));
        assert_int_equal(strncmp(testhost_message(t), COMMAND " ", strlen(COMMAND " ")), 0);
        if (strstr(testhost_message(t), cases[i].why) == NULL)
            fail_msg("%s gives %s", cases[i].out, testhost_message(t));
        testhost_free(t);
    }
}

static void a_run_that_goes_wrong_fails_the_step(void **state)
{
    (void)state;
    struct testhost *t = make_site(3, "{}");
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), COMMAND " ended with status 3: first");
    testhost_answer(t, argv, TESTHOST_TIMEOUT, NULL, NULL);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t),
                        COMMAND " did not end within 30 seconds (key seconds)");
    testhost_set(t, "arguments", "-y");
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), COMMAND " cannot be run: No such file or directory");
    testhost_free(t);
}

static void nobody_else_may_write_it_or_a_directory_above(void **state)
{
    (void)state;
    struct testhost *t = make_site(0, "{}");
    testhost_mode(t, COMMAND, 0775);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), COMMAND " can be written by others: chmod go-w it");
    testhost_mode(t, COMMAND, 0755);
    testhost_mode(t, "/opt/site", 0757);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    testhost_mode(t, "/opt/site", 0755);
    testhost_mode(t, "/opt", 0777);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), "/opt can be written by others: chmod go-w it");
    testhost_mode(t, "/opt", 0755);
    testhost_owner(t, COMMAND, 4294967294U, 0);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    testhost_owner(t, COMMAND, 0, 0);
    testhost_mode(t, COMMAND, 0644);
    assert_int_equal(testhost_check(t), TFHOOK_FAILED);
    assert_null(testhost_input(t, COMMAND)); /* it never ran */
    testhost_mode(t, COMMAND, 0700);
    assert_int_equal(testhost_check(t), TFHOOK_OK);
    testhost_set(t, "data", "novalue");
    assert_int_equal(testhost_check(t), TFHOOK_REJECTED);
    testhost_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_call_and_what_is_staged),
        cmocka_unit_test(stages_edits_in_plan),
        cmocka_unit_test(reports_findings_in_verify),
        cmocka_unit_test(its_result_is_the_step_s),
        cmocka_unit_test(what_is_not_understood_fails_the_step),
        cmocka_unit_test(a_run_that_goes_wrong_fails_the_step),
        cmocka_unit_test(nobody_else_may_write_it_or_a_directory_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

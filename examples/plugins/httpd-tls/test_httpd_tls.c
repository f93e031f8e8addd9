/* httpd-tls against the host in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <tfhook/testhost.h>

#define FILE_PATH "/etc/httpd/conf.d/ssl.conf"
#define GOOD                                                                                       \
    "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n"                                                     \
    "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\n"                                                 \
    "SSLHonorCipherOrder on\n"

/* Plans for a file; what it becomes must be right for verify, and for a second plan. */
static void expect_plan(const char *before, const char *after, size_t summaries)
{
    struct testhost *t = testhost_new(&tfhook_plugin_v1);
    testhost_file(t, FILE_PATH, before);
    assert_int_equal(testhost_check(t), TFHOOK_OK);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_string_equal(testhost_content(t, FILE_PATH), after);
    assert_int_equal(testhost_summary(t, FILE_PATH).count, summaries);
    assert_string_equal(testhost_next_steps(t).names[0],
                        "restart httpd on app1: systemctl restart httpd");
    testhost_commit(t);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_int_equal(testhost_changes(t), 0);
    assert_int_equal(testhost_next_steps(t).count, 0);
    assert_int_equal(testhost_verify(t), TFHOOK_OK);
    for (size_t i = 0; i < testhost_findings(t); i++)
        assert_int_equal(testhost_finding(t, i)->verdict, TFHOOK_PASS);
    testhost_free(t);
}

static void sets_what_is_wrong_and_adds_what_is_missing(void **state)
{
    (void)state;
    expect_plan("", GOOD, 3);
    expect_plan("Listen 443 https\nsslprotocol  All\n",
                "Listen 443 https\nSSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n"
                "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\nSSLHonorCipherOrder on\n",
                3);
    expect_plan("SSLHonorCipherOrder On\nSSLProtocol \"all  -SSLv3 -TLSv1 -TLSv1.1\"\n"
                "SSLCipherSuite DEFAULT\n",
                "SSLHonorCipherOrder On\nSSLProtocol \"all  -SSLv3 -TLSv1 -TLSv1.1\"\n"
                "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\n",
                1);
}

static void comments_and_the_suite_of_tls_1_3_stay(void **state)
{
    (void)state;
    expect_plan(
        "# SSLProtocol all\n#\\\nSSLProtocol all\nSSLCipherSuite TLSv1.3 X\nSSLProtocolX y\n",
        "# SSLProtocol all\n#\\\nSSLProtocol all\nSSLCipherSuite TLSv1.3 X\nSSLProtocolX "
        "y\n" GOOD,
        3);
}

static void a_continued_directive_becomes_one_line(void **state)
{
    (void)state;
    expect_plan("SSLProtocol \\\n  all \\\n  -SSLv3\nSSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\n"
                "SSLHonorCipherOrder \\\n on\n",
                "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n"
                "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\nSSLHonorCipherOrder \\\n on\n",
                1);
}

static void every_section_is_set_and_named(void **state)
{
    static const char before[] = "<VirtualHost *:443>\n  SSLProtocol all\n</VirtualHost>\n"
                                 "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\n"
                                 "SSLHonorCipherOrder on\nSSLProtocol +TLSv1\n";
    (void)state;
    struct testhost *t = testhost_new(&tfhook_plugin_v1);
    testhost_file(t, FILE_PATH, before);
    assert_int_equal(testhost_verify(t), TFHOOK_OK);
    const struct testhost_finding *finding =
        testhost_find(t, "httpd-tls.protocols", FILE_PATH ":2");
    assert_non_null(finding);
    assert_int_equal(finding->verdict, TFHOOK_FAIL);
    assert_string_equal(finding->message, "SSLProtocol all in <VirtualHost *:443>");
    testhost_free(t);
    expect_plan(before,
                "<VirtualHost *:443>\n  SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n</VirtualHost>\n"
                "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\n"
                "SSLHonorCipherOrder on\nSSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n",
                2);
}

static void equal_lines_after_equal_lines_are_written_whole(void **state)
{
    (void)state;
    expect_plan(
        "<VirtualHost a>\nSSLEngine on\nSSLProtocol all\n</VirtualHost>\n"
        "<VirtualHost b>\nSSLEngine on\nSSLProtocol all\n</VirtualHost>\n",
        "<VirtualHost a>\nSSLEngine on\nSSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n</VirtualHost>\n"
        "<VirtualHost b>\nSSLEngine on\nSSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\n</VirtualHost>\n"
        "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\nSSLHonorCipherOrder on\n",
        4);
}

static void lines_of_dos_stay_so(void **state)
{
    (void)state;
    expect_plan("SSLProtocol all\r\nSSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\r\n",
                "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\r\n"
                "SSLCipherSuite HIGH:!aNULL:!MD5:!3DES:!RC4\r\nSSLHonorCipherOrder on\r\n",
                2);
}

static void a_file_that_cannot_be_edited_fails(void **state)
{
    static const char *const files[] = {NULL, "<VirtualHost a>\n", "</VirtualHost>\n", "x \\"};
    static const char *const whys[] = {"is not there: install mod_ssl", "a section is not closed",
                                       "its sections do not match", "its last line ends with"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct testhost *t = testhost_new(&tfhook_plugin_v1);
        if (files[i] != NULL)
            testhost_file(t, FILE_PATH, files[i]);
        assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
        assert_null(testhost_misuse(t));
        assert_non_null(strstr(testhost_message(t), whys[i]));
        testhost_free(t);
    }
}

static void values_that_httpd_would_refuse_are_rejected(void **state)
{
    (void)state;
    struct testhost *t = testhost_new(&tfhook_plugin_v1);
    testhost_set(t, "protocols", "all -TLSv1.4");
    assert_int_equal(testhost_check(t), TFHOOK_REJECTED);
    assert_string_equal(testhost_message(t), "protocols: httpd knows no protocol \"TLSv1.4\"");
    testhost_set(t, "protocols", NULL);
    testhost_set(t, "ciphers", "HIGH LOW");
    assert_int_equal(testhost_check(t), TFHOOK_REJECTED);
    testhost_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_what_is_wrong_and_adds_what_is_missing),
        cmocka_unit_test(comments_and_the_suite_of_tls_1_3_stay),
        cmocka_unit_test(a_continued_directive_becomes_one_line),
        cmocka_unit_test(every_section_is_set_and_named),
        cmocka_unit_test(equal_lines_after_equal_lines_are_written_whole),
        cmocka_unit_test(lines_of_dos_stay_so),
        cmocka_unit_test(a_file_that_cannot_be_edited_fails),
        cmocka_unit_test(values_that_httpd_would_refuse_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

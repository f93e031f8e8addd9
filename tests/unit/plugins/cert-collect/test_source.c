#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source.h"

#define HEX "3f000000000000000000000000000000000000000000000000000000000000aa"

static struct source parsed(const char *line)
{
    struct source s;
    const char *error = source_parse(line, &s);
    if (error != NULL)
        fail_msg("%s: %s", line, error);
    return s;
}

static void same(const char *a, const char *b)
{
    if (b == NULL)
        assert_null(a);
    else {
        assert_non_null(a);
        assert_string_equal(a, b);
    }
}

static void takes_every_kind_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum source_kind kind;
        const char *host;
        unsigned port;
        const char *user, *path;
        bool address;
    } cases[] = {
        {"/etc/httpd/conf/ssl.crt/server.crt", SOURCE_PATH, NULL, 0, NULL,
         "/etc/httpd/conf/ssl.crt/server.crt", false},
        {"ssh://scm1/etc/s.crt", SOURCE_SSH, "scm1", 0, NULL, "/etc/s.crt", false},
        {"ssh://tfhook@SCM1.Example.com:2222/a/b+c@d.crt", SOURCE_SSH, "scm1.example.com", 2222,
         "tfhook", "/a/b+c@d.crt", false},
        {"ssh://[fe80::1]:22/x", SOURCE_SSH, "fe80::1", 22, NULL, "/x", true},
        {"https://scm2.example.com.", SOURCE_HTTPS, "scm2.example.com", 443, NULL, NULL, false},
        {"https://scm2:8443/", SOURCE_HTTPS, "scm2", 8443, NULL, NULL, false},
        {"https://10.0.0.1", SOURCE_HTTPS, "10.0.0.1", 443, NULL, NULL, true},
        {"tls://[::1]:636", SOURCE_TLS, "::1", 636, NULL, NULL, true},
        {"postgres://db1", SOURCE_POSTGRES, "db1", 5432, NULL, NULL, false},
        {"postgres://db1:65535", SOURCE_POSTGRES, "db1", 65535, NULL, NULL, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source s = parsed(cases[i].line);
        assert_int_equal(s.kind, cases[i].kind);
        same(s.host, cases[i].host);
        assert_int_equal(s.port, cases[i].port);
        same(s.user, cases[i].user);
        same(s.path, cases[i].path);
        same(s.text, cases[i].line);
        assert_int_equal(s.address, cases[i].address);
        assert_null(s.alias);
        assert_false(s.pinned);
    }
}

static void takes_alias_and_pin_in_any_order(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "https://scm1 as Gerrit-1 pin sha256:" HEX,
        "  https://scm1   pin\tsha256:" HEX "   as  gerrit-1 ",
    };
    for (size_t i = 0; i < 2; i++) {
        struct source s = parsed(lines[i]);
        assert_string_equal(s.text, "https://scm1");
        assert_string_equal(s.alias, "gerrit-1");
        assert_true(s.pinned);
        assert_int_equal(s.pin[0], 0x3f);
        assert_int_equal(s.pin[31], 0xaa);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"", "empty"},
        {"  ", "empty"},
        {"server.crt", "absolute path"},
        {"scm1", "https://HOST"},
        {"ftp://scm1/x", "known are"},
        {"HTTPS://scm1", "known are"},
        {"https://", "host is missing"},
        {"https://:443", "host is missing"},
        {"https://scm1/index.html", "no path"},
        {"https://user@scm1", "user makes no sense"},
        {"https://scm1:0", "port \"0\""},
        {"https://scm1:65536", "port"},
        {"https://scm1:99999999999999999999", "port"},
        {"https://scm1:", "port \"\""},
        {"https://scm1:44x", "port"},
        {"https://::1", "brackets"},
        {"https://[::1", "not closed"},
        {"https://[::1]443", "after ']'"},
        {"https://[scm1]", "no IPv6 address"},
        {"https://-oProxyCommand=x", "no host name"},
        {"https://a b", "unexpected \"b\""},
        {"https://sc;m1", "no host name"},
        {"tls://scm1", "port is missing"},
        {"ssh://scm1", "path is missing"},
        {"ssh://scm1/", "must name a file"},
        {"ssh://scm1/etc/", "must name a file"},
        {"ssh://scm1/a'b", "character"},
        {"ssh://scm1/a$(x)", "character"},
        {"ssh://scm1/a!b", "character"},
        {"ssh://-oProxyCommand=x/y", "no host name"},
        {"ssh://-l@scm1/y", "no user name"},
        {"ssh://@scm1/y", "no user name"},
        {"/a.crt as", "nothing follows \"as\""},
        {"/a.crt pin", "nothing follows \"pin\""},
        {"/a.crt as a as b", "twice"},
        {"/a.crt pin sha256:" HEX " pin sha256:" HEX, "twice"},
        {"/a.crt as ../x", "alias"},
        {"/a.crt as .x", "alias"},
        {"/a.crt as -x", "alias"},
        {"/a.crt as a/b", "alias"},
        {"/a.crt as \xc3\xa4", "alias"},
        {"/a.crt pin " HEX, "sha256:HEX"},
        {"/a.crt pin sha1:aabb", "sha256:HEX"},
        {"/a.crt pin sha256:aabb", "64 hexadecimal"},
        {"/a.crt pinned sha256:" HEX, "unexpected \"pinned\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source s;
        const char *error = source_parse(cases[i].line, &s);
        if (error == NULL)
            fail_msg("accepted: %s", cases[i].line);
        if (strstr(error, cases[i].error) == NULL)
            fail_msg("%s: expected \"%s\" in \"%s\"", cases[i].line, cases[i].error, error);
    }
}

static void an_over_long_line_is_refused(void **state)
{
    (void)state;
    char *line = malloc(10001);
    struct source s;
    assert_non_null(line);
    memset(line, 'a', 10000);
    line[10000] = '\0';
    line[0] = '/';
    const char *error = source_parse(line, &s);
    assert_non_null(error);
    assert_non_null(strstr(error, "longer"));
    free(line);
}

static void names_copies_by_the_short_server_name(void **state)
{
    (void)state;
    static const struct {
        const char *line, *alias, *full;
    } cases[] = {
        {"https://SCM1.example.com", "scm1", "scm1.example.com"},
        {"postgres://db1", "db1", "db1"},
        {"https://10.0.0.1", "ip-10-0-0-1", "ip-10-0-0-1"},
        {"tls://[2001:db8::1]:636", "ip-2001-db8--1", "ip-2001-db8--1"},
        {"ssh://x@a_b.c/server.crt", "a_b", "a_b.c"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source s = parsed(cases[i].line);
        const char *alias = alias_of_host(&s, false), *full = alias_of_host(&s, true);
        same(alias, cases[i].alias);
        same(full, cases[i].full);
        assert_true(alias_is_valid(alias));
        assert_true(alias_is_valid(full));
    }
}

static void names_files_of_a_directory_by_their_base_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/a/SCM1.crt", "scm1"},
        {"/a/scm1.example.com.pem", "scm1.example.com"},
        {"/a/my server.crt", "my-server"},
        {"/a/_x.crt", "x"},
        {"/a/.crt", "crt"},
        {"/a/\xc3\xa4.crt", "--"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *alias = alias_of_entry(cases[i][0]);
        same(alias, cases[i][1]);
    }
    assert_false(alias_is_valid("--"));
    assert_false(alias_is_valid(""));
}

static void one_server_has_one_text(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://SCM1", "tls://scm1:443"},
        {"tls://scm1.:443", "tls://scm1:443"},
        {"https://[::1]:8443/", "tls://[::1]:8443"},
        {"postgres://db1", "postgres://db1:5432"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source s = parsed(cases[i][0]);
        const char *server = source_server(&s);
        same(server, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_kind_apart),
        cmocka_unit_test(takes_alias_and_pin_in_any_order),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(an_over_long_line_is_refused),
        cmocka_unit_test(names_copies_by_the_short_server_name),
        cmocka_unit_test(names_files_of_a_directory_by_their_base_name),
        cmocka_unit_test(one_server_has_one_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

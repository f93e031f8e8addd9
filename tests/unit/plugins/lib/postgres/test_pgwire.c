#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "pgwire.h"

static void asks_for_tls_as_the_protocol_has_it(void **state)
{
    (void)state;
    struct bytes b = {0};
    pg_ssl_request(&b);
    assert_int_equal(b.size, 8);
    assert_memory_equal(b.data, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
    bytes_free(&b);
}

static void each_wrong_answer_has_its_own_status(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t size;
        enum pg_ssl answer;
    } cases[] = {
        {"S", 1, PG_SSL_YES},     {"N", 1, PG_SSL_NO},      {"S\x16", 2, PG_SSL_EXTRA},
        {"NN", 2, PG_SSL_EXTRA},  {"E", 1, PG_SSL_ERROR},   {"ERROR", 5, PG_SSL_ERROR},
        {"", 0, PG_SSL_CLOSED},   {"H", 1, PG_SSL_GARBAGE}, {"\0", 1, PG_SSL_GARBAGE},
        {"s", 1, PG_SSL_GARBAGE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(pg_ssl_answer(cases[i].data, cases[i].size), cases[i].answer);
    for (int a = PG_SSL_NOT_ASKED; a <= PG_SSL_GARBAGE; a++)
        for (int b = PG_SSL_NOT_ASKED; b < a; b++)
            assert_string_not_equal(pg_ssl_text((enum pg_ssl)a), pg_ssl_text((enum pg_ssl)b));
}

static void greets_with_user_and_database(void **state)
{
    (void)state;
    struct bytes b = {0};
    pg_startup(&b, "ctf", "db");
    static const char expected[] = "\0\0\0\x1e\0\x03\0\0user\0ctf\0database\0db\0";
    assert_int_equal(b.size, sizeof(expected));
    assert_memory_equal(b.data, expected, sizeof(expected));
    bytes_free(&b);
}

static struct bytes message(char kind, const void *body, size_t size)
{
    struct bytes b = {0};
    bytes_u8(&b, (unsigned char)kind);
    bytes_u32(&b, (uint32_t)size + 4);
    bytes_add(&b, body, size);
    return b;
}

static void expect_reply(struct bytes b, enum pg_plain reply, const char *sqlstate)
{
    char got[PG_SQLSTATE_SIZE];
    for (size_t cut = 0; cut < b.size; cut++) {
        assert_int_equal(pg_plain_reply(b.data, cut, got), PG_PLAIN_MORE);
        assert_string_equal(got, "");
    }
    assert_int_equal(pg_plain_reply(b.data, b.size, got), reply);
    assert_string_equal(got, sqlstate);
    bytes_free(&b);
}

static void an_authentication_request_means_clear_text_is_accepted(void **state)
{
    (void)state;
    expect_reply(message('R', "\0\0\0\x0aSCRAM-SHA-256\0", 19), PG_PLAIN_ACCEPTED, "");
    expect_reply(message('R', "\0\0\0\0", 4), PG_PLAIN_ACCEPTED, "");
    expect_reply(message('R', "\0", 1), PG_PLAIN_UNKNOWN, "");
}

#define ERROR_OF(code, text) "SFATAL\0VFATAL\0C" code "\0M" text "\0\0"

static void only_28000_about_encryption_means_refused(void **state)
{
    (void)state;
    static const char refused[] = ERROR_OF("28000", "no pg_hba.conf entry for x, no encryption");
    static const char old[] = ERROR_OF("28000", "no pg_hba.conf entry for x, SSL off");
    static const char other[] = ERROR_OF("28000", "role does not exist");
    static const char wrong_code[] = ERROR_OF("3D000", "no encryption");
    static const char bad_code[] = ERROR_OF("\033[2J!", "no encryption");
    static const char no_code[] = "SFATAL\0Mno encryption\0\0";
    expect_reply(message('E', refused, sizeof(refused) - 1), PG_PLAIN_REFUSED, "28000");
    expect_reply(message('E', old, sizeof(old) - 1), PG_PLAIN_REFUSED, "28000");
    static const char tls[] = ERROR_OF("28000", "no pg_hba.conf entry for x, SSL encryption");
    static const char old_tls[] = ERROR_OF("28000", "pg_hba.conf rejects x, SSL on");
    expect_reply(message('E', tls, sizeof(tls) - 1), PG_PLAIN_TLS_REFUSED, "28000");
    expect_reply(message('E', old_tls, sizeof(old_tls) - 1), PG_PLAIN_TLS_REFUSED, "28000");
    expect_reply(message('E', other, sizeof(other) - 1), PG_PLAIN_UNKNOWN, "28000");
    expect_reply(message('E', wrong_code, sizeof(wrong_code) - 1), PG_PLAIN_UNKNOWN, "3D000");
    expect_reply(message('E', bad_code, sizeof(bad_code) - 1), PG_PLAIN_UNKNOWN, "");
    expect_reply(message('E', no_code, sizeof(no_code) - 1), PG_PLAIN_UNKNOWN, "");
    expect_reply(message('E', "C28000", 6), PG_PLAIN_UNKNOWN, ""); /* no NUL at its end */
    expect_reply(message('E', "", 0), PG_PLAIN_UNKNOWN, "");
}

static void passes_over_a_notice(void **state)
{
    (void)state;
    struct bytes both = message('N', "SNOTICE\0\0", 9);
    struct bytes request = message('R', "\0\0\0\x05salt", 8);
    bytes_add(&both, request.data, request.size);
    bytes_free(&request);
    expect_reply(both, PG_PLAIN_ACCEPTED, "");
}

static void lengths_that_lie_are_not_believed(void **state)
{
    (void)state;
    static const char *const replies[] = {"E\0\0\0\3",    "R\xff\xff\xff\xff", "R\x7f\xff\xff\xff",
                                          "HTTP/1.1 400", "E\0\1\0\1",         "\0\0\0\0\x08"};
    char sqlstate[PG_SQLSTATE_SIZE];
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        assert_int_equal(pg_plain_reply(replies[i], 5, sqlstate), PG_PLAIN_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_tls_as_the_protocol_has_it),
        cmocka_unit_test(each_wrong_answer_has_its_own_status),
        cmocka_unit_test(greets_with_user_and_database),
        cmocka_unit_test(an_authentication_request_means_clear_text_is_accepted),
        cmocka_unit_test(only_28000_about_encryption_means_refused),
        cmocka_unit_test(passes_over_a_notice),
        cmocka_unit_test(lengths_that_lie_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

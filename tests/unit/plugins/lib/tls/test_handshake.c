#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cert_make.h"
#include "tls_connection.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A server that speaks from a script: it answers each connection by playing `script`, and is
 * killed at the end of the test. '<' reads once, 'S' 'N' 'E' write that byte, 'X'
 * writes S and more in one piece, 'R' asks for a
 * password, 'H' handshakes ('O' with TLS 1.1), 'd' is deaf for good, 'g' floods with
 * garbage; at the end it closes.
 */
struct server {
    pid_t pid;
    unsigned port;
};

static EVP_PKEY *key;
static X509 *localhost, *numbered;

static int choose(SSL *ssl, int *alert, void *arg)
{
    (void)alert;
    (void)arg;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name != NULL && strcmp(name, "localhost") == 0)
        return SSL_use_certificate(ssl, localhost) == 1 ? SSL_TLSEXT_ERR_OK
                                                        : SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

static void handshake(int fd, int version)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(ctx, 0);
    (void)SSL_CTX_set_min_proto_version(ctx, version);
    (void)SSL_CTX_set_max_proto_version(ctx, version);
    (void)SSL_CTX_set_tlsext_servername_callback(ctx, choose);
    (void)SSL_CTX_use_certificate(ctx, numbered);
    (void)SSL_CTX_use_PrivateKey(ctx, key);
    SSL *ssl = SSL_new(ctx);
    (void)SSL_set_fd(ssl, fd);
    char ignored[16];
    if (SSL_accept(ssl) == 1)
        (void)SSL_read(ssl, ignored, sizeof(ignored));
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

static void play(int fd, const char *script)
{
    char piece[512] = {0};
    ssize_t done = 0;
    for (; *script != '\0' && done >= 0; script++) {
        switch (*script) {
        case '<':
            done = read(fd, piece, sizeof(piece));
            break;
        case 'R':
            done = write(fd, "R\0\0\0\x08\0\0\0\3", 9);
            break;
        case 'X':
            done = write(fd, "SInjected", 9);
            break;
        case 'H':
        case 'O':
            handshake(fd, *script == 'H' ? TLS1_3_VERSION : TLS1_1_VERSION);
            break;
        case 'd':
            (void)pause();
            break;
        case 'g':
            memset(piece, '!', sizeof(piece));
            while (done >= 0)
                done = write(fd, piece, sizeof(piece));
            break;
        default:
            done = write(fd, script, 1);
        }
    }
}

static struct server serve(const char *script)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 50), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    struct server s = {.pid = fork(), .port = ntohs(at.sin_port)};
    if (s.pid == 0) {
        (void)signal(SIGCHLD, SIG_IGN);
        (void)signal(SIGPIPE, SIG_IGN);
        (void)setpgid(0, 0);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (fd >= 0 && fork() == 0) {
                play(fd, script);
                _exit(0);
            }
            (void)close(fd);
        }
    }
    (void)setpgid(s.pid, s.pid);
    (void)close(listener);
    return s;
}

static void end(struct server s)
{
    (void)kill(-s.pid, SIGKILL);
    (void)waitpid(s.pid, NULL, 0);
}

static struct tls_result run_one(const char *host, const char *script, enum tls_speech speech)
{
    struct server s = serve(script);
    struct tls_target target = {
        .host = host, .port = s.port, .speech = speech, .user = "ctf", .database = "ctf"};
    struct tls_result result;
    tls_run(&target, 1, 16, 1, NULL, NULL, &result);
    end(s);
    assert_int_equal(result.status == TLS_OK, result.error == NULL);
    if (result.error != NULL) {
        char label[64];
        (void)snprintf(label, sizeof(label), "%s:%u: ", host, s.port);
        assert_memory_equal(result.error, label, strlen(label));
    }
    return result;
}

static void expect_error(struct tls_result r, enum tls_status status, const char *text)
{
    assert_int_equal(r.status, status);
    assert_non_null(r.error);
    if (strstr(r.error, text) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", text, r.error);
    assert_int_equal(r.chain.count, 0);
    tls_result_free(&r);
}

static void expect_certificate(struct tls_result r, X509 *x)
{
    size_t size;
    unsigned char *der = der_of(x, &size);
    if (r.status != TLS_OK)
        fail_msg("%s", r.error);
    assert_int_equal(r.chain.count, 1);
    assert_int_equal(r.chain.certs[0].size, size);
    assert_memory_equal(r.chain.certs[0].der, der, size);
    free(der);
    tls_result_free(&r);
}

static void gives_chain_and_protocol(void **state)
{
    (void)state;
    struct tls_result r = run_one("127.0.0.1", "H", TLS_DIRECT);
    assert_int_equal(r.version, TLS1_3_VERSION);
    assert_string_equal(r.protocol, "TLSv1.3");
    assert_string_equal(r.peer, "127.0.0.1");
    expect_certificate(r, numbered);
}

static void names_the_server_it_wants_but_never_an_address(void **state)
{
    (void)state;
    expect_certificate(run_one("localhost", "H", TLS_DIRECT), localhost);
    expect_certificate(run_one("127.0.0.1", "H", TLS_DIRECT), numbered);
}

static void collects_from_old_servers_too(void **state)
{
    (void)state;
    struct tls_result r = run_one("127.0.0.1", "O", TLS_DIRECT);
    assert_int_equal(r.version, TLS1_1_VERSION);
    expect_certificate(r, numbered);
}

static void each_failure_says_host_port_and_why(void **state)
{
    (void)state;
    expect_error(run_one("127.0.0.1", "d", TLS_DIRECT), TLS_TIMED_OUT,
                 "timed out after 1 s in the TLS handshake");
    expect_error(run_one("127.0.0.1", "<", TLS_DIRECT), TLS_HANDSHAKE,
                 "the server closed the connection");
    expect_error(run_one("127.0.0.1", "<g", TLS_DIRECT), TLS_HANDSHAKE, "does not speak TLS");
    struct tls_target nobody = {.host = "no-such-host.invalid", .port = 443};
    struct tls_result r;
    tls_run(&nobody, 1, 1, 5, NULL, NULL, &r);
    /* Without a name server it is not "no such host", but still this. */
    expect_error(r, r.status == TLS_TIMED_OUT ? TLS_TIMED_OUT : TLS_NO_HOST,
                 "no-such-host.invalid:443: ");
    struct server s = serve("");
    end(s);
    struct tls_target gone = {.host = "127.0.0.1", .port = s.port};
    tls_run(&gone, 1, 1, 5, NULL, NULL, &r);
    expect_error(r, TLS_NO_CONNECTION, "Connection refused");
    struct tls_target v6 = {.host = "::1", .port = s.port};
    tls_run(&v6, 1, 1, 5, NULL, NULL, &r);
    expect_error(r, TLS_NO_CONNECTION, "[::1]:");
}

static void an_alert_is_told_by_name(void **state)
{
    (void)state;
    /* The bytes of a fatal alert, as a server without a usable cipher sends it. */
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(write(fds[1], "\x15\x03\x03\0\x02\x02\x28", 7), 7);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    (void)SSL_set_fd(ssl, fds[0]);
    char room[160];
    int rc = SSL_connect(ssl);
    assert_string_equal(tls_reason(ssl, rc, room, sizeof(room)),
                        "the server sent the alert \"handshake failure\"");
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void postgres_is_asked_for_tls_first(void **state)
{
    (void)state;
    struct tls_result r = run_one("127.0.0.1", "<SH", TLS_POSTGRES);
    assert_int_equal(r.answer, PG_SSL_YES);
    expect_certificate(r, numbered);
}

static void postgres_has_six_ways_to_be_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum tls_status status;
        enum pg_ssl answer;
        const char *text;
    } cases[] = {
        {"<N", TLS_NOT_OFFERED, PG_SSL_NO, "ssl is off"},
        {"<E", TLS_NOT_OFFERED, PG_SSL_ERROR, "with an error"},
        {"<g", TLS_NOT_OFFERED, PG_SSL_GARBAGE, "not PostgreSQL"},
        {"<", TLS_NOT_OFFERED, PG_SSL_CLOSED, "was closed"},
        {"<d", TLS_TIMED_OUT, PG_SSL_SILENT, "timed out after 1 s without an answer"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tls_result r = run_one("127.0.0.1", cases[i].script, TLS_POSTGRES);
        assert_int_equal(r.answer, cases[i].answer);
        expect_error(r, cases[i].status, cases[i].text);
    }
}

static void bytes_behind_the_answer_are_an_attack(void **state)
{
    (void)state;
    struct tls_result r = run_one("127.0.0.1", "<X", TLS_POSTGRES);
    assert_int_equal(r.answer, PG_SSL_EXTRA);
    assert_null(strstr(r.error, "njected"));
    expect_error(r, TLS_NOT_OFFERED, "tampering");
}

static void a_plain_login_tells_whether_clear_text_is_accepted(void **state)
{
    (void)state;
    struct tls_result r = run_one("127.0.0.1", "<R", TLS_POSTGRES_PLAIN);
    assert_int_equal(r.status, TLS_OK);
    assert_int_equal(r.plain, PG_PLAIN_ACCEPTED);
    tls_result_free(&r);
    r = run_one("127.0.0.1", "<", TLS_POSTGRES_PLAIN);
    assert_int_equal(r.plain, PG_PLAIN_UNKNOWN);
    tls_result_free(&r);
    r = run_one("127.0.0.1", "<g", TLS_POSTGRES_PLAIN);
    assert_int_equal(r.plain, PG_PLAIN_UNKNOWN);
    tls_result_free(&r);
    expect_error(run_one("127.0.0.1", "<d", TLS_POSTGRES_PLAIN), TLS_TIMED_OUT,
                 "without an answer");
}

static void count_progress(void *arg, size_t done, size_t count, const struct tls_target *target)
{
    size_t *calls = arg;
    (*calls)++;
    assert_int_equal(done, *calls);
    assert_int_equal(count, 40);
    assert_non_null(target->host);
}

static void several_are_in_flight_and_deaf_ones_cost_their_time_once(void **state)
{
    (void)state;
    enum { COUNT = 40, SLOTS = 20 };
    struct server good = serve("H"), deaf = serve("d");
    struct tls_target targets[COUNT];
    struct tls_result results[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        targets[i] = (struct tls_target){.host = i % 4 == 1 ? "localhost" : "127.0.0.1",
                                         .port = i % 2 == 0 ? deaf.port : good.port};
    size_t calls = 0;
    time_t begun = time(NULL);
    tls_run(targets, COUNT, SLOTS, 2, count_progress, &calls, results);
    assert_true(time(NULL) - begun <= 8); /* 40 s one after the other */
    assert_int_equal(calls, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        if (i % 2 == 0)
            expect_error(results[i], TLS_TIMED_OUT, "timed out");
        else
            expect_certificate(results[i], i % 4 == 1 ? localhost : numbered);
    end(good);
    end(deaf);
}

static int set_up(void **state)
{
    (void)state;
    key = make_key();
    localhost =
        make_certificate(&(struct recipe){.cn = "localhost", .names = "DNS:localhost"}, key);
    numbered = make_certificate(&(struct recipe){.cn = "other", .names = "IP:127.0.0.1"}, key);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    X509_free(localhost);
    X509_free(numbered);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_chain_and_protocol),
        cmocka_unit_test(names_the_server_it_wants_but_never_an_address),
        cmocka_unit_test(collects_from_old_servers_too),
        cmocka_unit_test(each_failure_says_host_port_and_why),
        cmocka_unit_test(an_alert_is_told_by_name),
        cmocka_unit_test(postgres_is_asked_for_tls_first),
        cmocka_unit_test(postgres_has_six_ways_to_be_wrong),
        cmocka_unit_test(bytes_behind_the_answer_are_an_attack),
        cmocka_unit_test(a_plain_login_tells_whether_clear_text_is_accepted),
        cmocka_unit_test(several_are_in_flight_and_deaf_ones_cost_their_time_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

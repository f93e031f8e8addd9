#include "tls_connection.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t tls_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_socket(struct tls_conn *c)
{
    SSL_free(c->ssl);
    c->ssl = NULL;
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
    c->poll_fd = -1;
}

/* What SSL_connect() left in the error queue, or errno. */
const char *tls_reason(const SSL *ssl, int rc, char *room, size_t size)
{
    int saved = errno;
    int kind = SSL_get_error(ssl, rc);
    unsigned long code = ERR_peek_error();
    int reason = ERR_GET_REASON(code);
    const char *text = ERR_reason_error_string(code);
    bool closed = code == 0 && saved == 0;
#ifdef SSL_R_UNEXPECTED_EOF_WHILE_READING
    closed = closed || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
#endif
    if (closed)
        (void)snprintf(room, size, "the server closed the connection");
    else if (code == 0 || kind == SSL_ERROR_SYSCALL)
        (void)snprintf(room, size, "%s", strerror(saved));
    else if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        (void)snprintf(room, size, "the server sent the alert \"%s\"",
                       SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
    else if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
        (void)snprintf(room, size, "what answers does not speak TLS");
    else
        (void)snprintf(room, size, "%s", text != NULL ? text : "unknown error");
    ERR_clear_error();
    return room;
}

void tls_conn_fail(struct tls_conn *c, enum tls_status status, const char *format, ...)
{
    struct bytes text = {0};
    bool v6 = strchr(c->target->host, ':') != NULL;
    bytes_printf(&text, v6 ? "[%s]:%u: " : "%s:%u: ", c->target->host, c->target->port);
    char why[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    bytes_text(&text, why);
    if (text.failed) {
        bytes_free(&text);
        text.data = (unsigned char *)strdup("out of memory");
    }
    free(c->result->error);
    c->result->error = (char *)text.data;
    c->result->status = status;
    c->step = TLS_STEP_DONE;
    close_socket(c);
}

static void wait_for(struct tls_conn *c, enum tls_step step, int fd, short events)
{
    c->step = step;
    c->poll_fd = fd;
    c->events = events;
}

/* The next address that takes a connection attempt; `error` is why the one before failed. */
static void connect_next(struct tls_conn *c, int error)
{
    const struct net_addresses *found = &c->resolve.found;
    close_socket(c);
    while (c->next < found->count) {
        const struct net_address *address = &found->list[c->next++];
        c->fd = net_connect(address);
        if (c->fd < 0) {
            error = errno;
            continue;
        }
        int64_t now = tls_now();
        c->deadline = now + (c->end - now) / (int64_t)(found->count - c->next + 1);
        net_address_text(address, c->result->peer, sizeof(c->result->peer));
        wait_for(c, TLS_STEP_CONNECT, c->fd, POLLOUT);
        return;
    }
    c->result->peer[0] = '\0';
    if (error == ETIMEDOUT)
        tls_conn_fail(c, TLS_TIMED_OUT, "timed out after %d s while connecting", c->seconds);
    else if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS)
        tls_conn_fail(c, TLS_LOCAL, "cannot open a socket: %s", strerror(error));
    else
        tls_conn_fail(c, TLS_NO_CONNECTION, "cannot connect: %s", strerror(error));
}

static void take_addresses(struct tls_conn *c)
{
    const struct net_addresses *found = &c->resolve.found;
    if (found->count == 0 && found->error == EAI_NONAME)
        tls_conn_fail(c, TLS_NO_HOST, "no such host");
    else if (found->count == 0)
        tls_conn_fail(c, TLS_NO_HOST, "the name cannot be resolved: %s",
                      gai_strerror(found->error));
    else
        connect_next(c, 0);
}

static void after_resolve(struct tls_conn *c, enum net_state state)
{
    if (state == NET_AGAIN)
        wait_for(c, TLS_STEP_RESOLVE, c->resolve.fd, POLLIN);
    else if (state == NET_FAILED)
        tls_conn_fail(c, TLS_LOCAL, "cannot look up the name: %s", strerror(errno));
    else {
        net_resolve_end(&c->resolve);
        take_addresses(c);
    }
}

static void start_handshake(struct tls_conn *c)
{
    c->ssl = SSL_new(c->ctx);
    /* SNI carries names only (RFC 6066), and only a name had to be asked for. */
    bool name = c->resolve.have > 0;
    if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1 ||
        (name && SSL_set_tlsext_host_name(c->ssl, c->target->host) != 1)) {
        tls_conn_fail(c, TLS_LOCAL, "cannot start a TLS handshake: out of memory");
        return;
    }
    wait_for(c, TLS_STEP_HANDSHAKE, c->fd, POLLOUT);
}

static void start_asking(struct tls_conn *c)
{
    if (c->target->speech == TLS_POSTGRES)
        pg_ssl_request(&c->request);
    else
        pg_startup(&c->request, c->target->user, c->target->database);
    if (c->request.failed)
        tls_conn_fail(c, TLS_LOCAL, "out of memory");
    else
        wait_for(c, TLS_STEP_ASK, c->fd, POLLOUT);
}

static void go_connect(struct tls_conn *c)
{
    int error = net_connected(c->fd);
    if (error != 0) {
        connect_next(c, error);
        return;
    }
    c->deadline = c->end;
    if (c->target->speech == TLS_DIRECT)
        start_handshake(c);
    else
        start_asking(c);
}

static void go_ask(struct tls_conn *c)
{
    size_t left = c->request.size - c->sent;
    ssize_t sent = send(c->fd, c->request.data + c->sent, left, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        tls_conn_fail(c, TLS_NO_CONNECTION, "connection lost: %s", strerror(errno));
        return;
    }
    c->sent += sent > 0 ? (size_t)sent : 0;
    if (c->sent == c->request.size)
        wait_for(c, TLS_STEP_ANSWER, c->fd, POLLIN);
}

/* One byte is taken and no more: the rest of the stream is TLS. What waits behind it is seen. */
static void go_ssl_answer(struct tls_conn *c)
{
    unsigned char answer[2];
    ssize_t got = recv(c->fd, answer, 1, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    size_t size = got > 0 ? 1 : 0;
    if (size == 1 && recv(c->fd, answer + 1, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
        size = 2;
    c->result->answer = pg_ssl_answer(answer, size);
    if (c->result->answer == PG_SSL_YES)
        start_handshake(c);
    else
        tls_conn_fail(c, TLS_NOT_OFFERED, "%s", pg_ssl_text(c->result->answer));
}

/* A piece of the answer to a login; `got` 0: no more will come. */
static void take_reply(struct tls_conn *c, const unsigned char *piece, ssize_t got)
{
    if (got > 0)
        bytes_add(&c->reply, piece, (size_t)got);
    if (c->reply.failed) {
        tls_conn_fail(c, TLS_LOCAL, "out of memory");
        return;
    }
    enum pg_plain plain = pg_plain_reply(c->reply.data, c->reply.size, c->result->sqlstate);
    if (plain == PG_PLAIN_MORE && got > 0 && c->reply.size <= 2 * PG_REPLY_LIMIT)
        return;
    c->result->plain = plain == PG_PLAIN_MORE ? PG_PLAIN_UNKNOWN : plain;
    c->step = TLS_STEP_DONE;
}

static void go_plain_answer(struct tls_conn *c)
{
    unsigned char piece[4096];
    ssize_t got = recv(c->fd, piece, sizeof(piece), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    take_reply(c, piece, got);
}

/* The handshake is done, and what the login gives does not take that away. */
static void end_login(struct tls_conn *c)
{
    c->result->plain = PG_PLAIN_UNKNOWN;
    c->step = TLS_STEP_DONE;
}

/* What TLS waits for; false when the connection is at its end. */
static bool wait_for_tls(struct tls_conn *c, int rc)
{
    int want = SSL_get_error(c->ssl, rc);
    if (want != SSL_ERROR_WANT_READ && want != SSL_ERROR_WANT_WRITE)
        return false;
    c->events = want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    return true;
}

static void go_login(struct tls_conn *c)
{
    int rc = SSL_write(c->ssl, c->request.data, (int)c->request.size);
    if (rc > 0)
        wait_for(c, TLS_STEP_REPLY, c->fd, POLLIN);
    else if (!wait_for_tls(c, rc))
        end_login(c);
}

static void go_reply(struct tls_conn *c)
{
    unsigned char piece[4096];
    int got = SSL_read(c->ssl, piece, sizeof(piece));
    if (got > 0)
        take_reply(c, piece, got);
    else if (!wait_for_tls(c, got))
        take_reply(c, piece, 0);
}

/* The same StartupMessage as in clear text: whether pg_hba.conf lets a client in over TLS shows in
 * no handshake. */
static void start_login(struct tls_conn *c)
{
    bytes_free(&c->request);
    c->request = (struct bytes){0};
    pg_startup(&c->request, c->target->user, c->target->database);
    if (c->request.failed)
        end_login(c);
    else
        wait_for(c, TLS_STEP_LOGIN, c->fd, POLLOUT);
}

static bool take_chain(struct tls_conn *c)
{
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(c->ssl);
    int count = chain == NULL ? 0 : sk_X509_num(chain);
    for (int i = 0; i < count; i++) {
        unsigned char *der = NULL;
        int size = i2d_X509(sk_X509_value(chain, i), &der);
        bool added = size > 0 && cert_list_add(&c->result->chain, der, (size_t)size);
        OPENSSL_free(der);
        if (!added)
            return false;
    }
    return true;
}

static void go_handshake(struct tls_conn *c)
{
    char room[160];
    int rc = SSL_connect(c->ssl);
    int want = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, rc);
    if (want == SSL_ERROR_WANT_READ)
        c->events = POLLIN;
    else if (want == SSL_ERROR_WANT_WRITE)
        c->events = POLLOUT;
    else if (rc != 1)
        tls_conn_fail(c, TLS_HANDSHAKE, "TLS handshake failed: %s",
                      tls_reason(c->ssl, rc, room, sizeof(room)));
    else if (!take_chain(c))
        tls_conn_fail(c, TLS_LOCAL, "out of memory");
    else if (c->result->chain.count == 0)
        tls_conn_fail(c, TLS_HANDSHAKE, "the server presents no certificate");
    else {
        c->result->version = SSL_version(c->ssl);
        (void)snprintf(c->result->protocol, sizeof(c->result->protocol), "%s",
                       SSL_get_version(c->ssl));
        if (c->target->speech == TLS_POSTGRES && c->target->user != NULL) {
            start_login(c);
            return;
        }
        (void)SSL_shutdown(c->ssl); /* says goodbye; the answer is not waited for */
        c->step = TLS_STEP_DONE;
    }
}

void tls_conn_go(struct tls_conn *c)
{
    switch (c->step) {
    case TLS_STEP_RESOLVE:
        after_resolve(c, net_resolve_read(&c->resolve));
        break;
    case TLS_STEP_CONNECT:
        go_connect(c);
        break;
    case TLS_STEP_ASK:
        go_ask(c);
        break;
    case TLS_STEP_ANSWER:
        if (c->target->speech == TLS_POSTGRES)
            go_ssl_answer(c);
        else
            go_plain_answer(c);
        break;
    case TLS_STEP_HANDSHAKE:
        go_handshake(c);
        break;
    case TLS_STEP_LOGIN:
        go_login(c);
        break;
    case TLS_STEP_REPLY:
        go_reply(c);
        break;
    case TLS_STEP_DONE:
        break;
    }
}

void tls_conn_expired(struct tls_conn *c)
{
    static const char *const doing[] = {
        [TLS_STEP_RESOLVE] = "while looking up the name",
        [TLS_STEP_ASK] = "while sending the first message",
        [TLS_STEP_ANSWER] = "without an answer to the first message",
        [TLS_STEP_HANDSHAKE] = "in the TLS handshake",
    };
    if (c->step == TLS_STEP_CONNECT) {
        connect_next(c, ETIMEDOUT);
        return;
    }
    if (c->step == TLS_STEP_LOGIN || c->step == TLS_STEP_REPLY) {
        end_login(c);
        return;
    }
    if (c->step == TLS_STEP_ANSWER && c->target->speech == TLS_POSTGRES)
        c->result->answer = PG_SSL_SILENT;
    tls_conn_fail(c, TLS_TIMED_OUT, "timed out after %d s %s", c->seconds, doing[c->step]);
}

void tls_conn_start(struct tls_conn *c, SSL_CTX *ctx, const struct tls_target *target, int seconds,
                    struct tls_result *result)
{
    *c = (struct tls_conn){.target = target,
                           .result = result,
                           .ctx = ctx,
                           .seconds = seconds,
                           .poll_fd = -1,
                           .fd = -1};
    c->end = tls_now() + (int64_t)seconds * 1000;
    c->deadline = c->end;
    after_resolve(c, net_resolve_start(&c->resolve, target->host, target->port));
}

void tls_conn_end(struct tls_conn *c)
{
    net_resolve_end(&c->resolve);
    close_socket(c);
    bytes_free(&c->request);
    bytes_free(&c->reply);
}

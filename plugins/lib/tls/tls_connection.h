/*
 * One connection of tls_run(): a state machine that never blocks. Private to handshake.c.
 *
 *     RESOLVE -> CONNECT -> (ASK -> ANSWER) -> HANDSHAKE -> (LOGIN -> REPLY) -> DONE
 *                  ^  |       PostgreSQL only; after a plain StartupMessage ANSWER -> DONE
 *                  +--+ next address
 *
 * tls_conn_start(), then until step is TLS_STEP_DONE: poll `poll_fd` for `events` until
 * `deadline`, and call tls_conn_go() when it is ready, tls_conn_expired() when time is up. Every
 * failure leads to DONE, with the reason in the result. tls_conn_end() frees what is left.
 */
#ifndef TFHOOK_LIB_TLS_CONNECTION_H
#define TFHOOK_LIB_TLS_CONNECTION_H

#include "bytes.h"
#include "handshake.h"
#include "net.h"

#include <openssl/ssl.h>

enum tls_step {
    TLS_STEP_RESOLVE = 0,
    TLS_STEP_CONNECT,
    TLS_STEP_ASK,
    TLS_STEP_ANSWER,
    TLS_STEP_HANDSHAKE,
    TLS_STEP_LOGIN,
    TLS_STEP_REPLY,
    TLS_STEP_DONE,
};

struct tls_conn {
    const struct tls_target *target;
    struct tls_result *result;
    SSL_CTX *ctx;
    enum tls_step step;
    int poll_fd;
    short events;
    int seconds;
    int64_t end;      /* of all, in ms of tls_now() */
    int64_t deadline; /* of this step: a share of `end` while addresses are left to try */
    struct net_resolve resolve;
    size_t next; /* address */
    int fd;
    SSL *ssl;
    struct bytes request, reply;
    size_t sent;
};

int64_t tls_now(void);
void tls_conn_start(struct tls_conn *c, SSL_CTX *ctx, const struct tls_target *target, int seconds,
                    struct tls_result *result);
void tls_conn_go(struct tls_conn *c);
void tls_conn_expired(struct tls_conn *c);
void tls_conn_end(struct tls_conn *c);

/* Ends the connection with "HOST:PORT: " and the text. */
void tls_conn_fail(struct tls_conn *c, enum tls_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Why SSL_connect() gave `rc`, in words; nothing that the server chose is in it. */
const char *tls_reason(const SSL *ssl, int rc, char *room, size_t size);

#endif

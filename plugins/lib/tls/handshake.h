/*
 * TLS handshakes with servers: what chain they present and with which protocol. Several at a time,
 * each bounded in time, none of them blocking.
 *
 * Fill an array of targets, call tls_run(), look at each result, tls_result_free() each. Whether a
 * chain is trusted is a question of its own: chain_trust.h. A chain in a result is proved to be the
 * server's (it holds the leaf's key), never that the server is the right one.
 *
 * The handshake allows whatever the library does, old protocols too: here only the certificate is
 * wanted. Who judges the server looks at `version` (below TLS1_2_VERSION is too old).
 *
 * SIGPIPE is ignored while tls_run() runs; names are resolved in short-lived children, because
 * resolving cannot be given a deadline. No host function is called but by `progress`.
 */
#ifndef TFHOOK_LIB_HANDSHAKE_H
#define TFHOOK_LIB_HANDSHAKE_H

#include "cert.h"
#include "pgwire.h"

enum tls_speech {
    TLS_DIRECT = 0,     /* TLS from the first byte: https and its like */
    TLS_POSTGRES,       /* SSLRequest, then TLS */
    TLS_POSTGRES_PLAIN, /* no TLS: a plain StartupMessage, to see whether clear text is accepted */
};

struct tls_target {
    const char *host; /* name, IPv4, or IPv6 without brackets; SNI is sent for a name */
    unsigned port;
    enum tls_speech speech;
    const char *user, *database; /* of the login that is tried; TLS_POSTGRES: NULL for none */
};

enum tls_status {
    TLS_OK = 0,
    TLS_NO_HOST,       /* the name does not resolve */
    TLS_NO_CONNECTION, /* refused, unreachable, ... */
    TLS_TIMED_OUT,     /* in any of the steps; `error` says in which */
    TLS_NOT_OFFERED,   /* TLS_POSTGRES: the answer was not S; see `answer` */
    TLS_HANDSHAKE,     /* connected, but no TLS */
    TLS_LOCAL,         /* this side: out of memory, of descriptors, ... */
};

struct tls_result {
    enum tls_status status;
    char *error;            /* "scm1:443: connection refused"; NULL exactly when status is TLS_OK */
    struct cert_list chain; /* as presented, the leaf first; empty for TLS_POSTGRES_PLAIN */
    int version;            /* TLS1_2_VERSION ... of <openssl/tls1.h>; 0 without a handshake */
    char protocol[16];      /* "TLSv1.3"; "" without a handshake */
    char peer[64];          /* the address that was connected to, "10.0.0.1"; "" when none */
    enum pg_ssl answer;     /* TLS_POSTGRES */
    enum pg_plain plain;    /* with TLS_OK: the answer to the login; PG_PLAIN_MORE without one */
    char sqlstate[PG_SQLSTATE_SIZE]; /* the same */
};

/* Called in the caller's thread after each target that is done; may be NULL. */
typedef void tls_progress(void *arg, size_t done, size_t count, const struct tls_target *target);

/* Handshakes with all targets, at most `parallel` at a time, each within `seconds`. `ret` has room
 * for `count` results, all of which are set, in the order of the targets. */
void tls_run(const struct tls_target *targets, size_t count, unsigned parallel, int seconds,
             tls_progress *progress, void *arg, struct tls_result *ret);
void tls_result_free(struct tls_result *result);

#endif

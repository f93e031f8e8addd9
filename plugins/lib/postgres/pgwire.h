/*
 * The few messages of PostgreSQL's protocol that come before a login. Pure: bytes in, bytes out.
 *
 * To ask for TLS: send pg_ssl_request(), read what is there, judge it with pg_ssl_answer(); only
 * PG_SSL_YES may go on with the handshake. To learn whether clear text is accepted: send
 * pg_startup() on a new connection and give what has come so far to pg_plain_reply() until it is
 * no longer PG_PLAIN_MORE. handshake.h does both over sockets.
 *
 * Nothing that a server says before TLS is kept or shown (CVE-2024-10977), only the five
 * characters of an SQLSTATE.
 */
#ifndef TFHOOK_LIB_PGWIRE_H
#define TFHOOK_LIB_PGWIRE_H

#include <stddef.h>

struct bytes;

enum { PG_PORT = 5432, PG_SQLSTATE_SIZE = 6, PG_REPLY_LIMIT = 65536 };

/* The answer to SSLRequest: exactly one byte may come. */
enum pg_ssl {
    PG_SSL_NOT_ASKED = 0,
    PG_SSL_YES,     /* S: the handshake follows */
    PG_SSL_NO,      /* N: ssl is off */
    PG_SSL_ERROR,   /* E: the server is failing, or is none that knows SSLRequest */
    PG_SSL_EXTRA,   /* more bytes than one: someone speaks in between (CVE-2021-23222) */
    PG_SSL_CLOSED,  /* the connection was closed without an answer */
    PG_SSL_SILENT,  /* no answer before the deadline */
    PG_SSL_GARBAGE, /* another byte: this is not PostgreSQL */
};

void pg_ssl_request(struct bytes *out);
/* `data`: all that has come so far; size 0 means that the connection was closed. */
enum pg_ssl pg_ssl_answer(const void *data, size_t size);
/* For messages, to follow "HOST:PORT: ". */
const char *pg_ssl_text(enum pg_ssl answer);

/* A plain StartupMessage of protocol 3.0. */
void pg_startup(struct bytes *out, const char *user, const char *database);

/* What a plain StartupMessage was answered with. */
enum pg_plain {
    PG_PLAIN_MORE = 0,    /* the message is not complete yet */
    PG_PLAIN_ACCEPTED,    /* an authentication request: clear text is accepted */
    PG_PLAIN_REFUSED,     /* error 28000 that names "no encryption" ("SSL off" up to version 13) */
    PG_PLAIN_TLS_REFUSED, /* 28000 that names "SSL encryption" ("SSL on"): a login inside TLS */
    PG_PLAIN_UNKNOWN,     /* anything else; the SQLSTATE tells more when there is one */
};

/* `ret_sqlstate` is "" unless an error message came that has a well-formed one. */
enum pg_plain pg_plain_reply(const void *data, size_t size, char ret_sqlstate[PG_SQLSTATE_SIZE]);
const char *pg_plain_text(enum pg_plain reply);

#endif

/*
 * One line of the key `source`: SOURCE [as ALIAS] [pin sha256:HEX]. Pure: text in, parts out.
 *
 * source_parse(), then use the parts. Texts are memory of the call.
 */
#ifndef TFHOOK_CERT_COLLECT_SOURCE_H
#define TFHOOK_CERT_COLLECT_SOURCE_H

#include "cert.h"

#include <stdbool.h>
#include <stddef.h>

enum source_kind {
    SOURCE_PATH = 0, /* a file or a directory: only looking tells */
    SOURCE_SSH,
    SOURCE_HTTPS,
    SOURCE_TLS,
    SOURCE_POSTGRES,
};

struct source {
    enum source_kind kind;
    const char *text;  /* SOURCE as it was written */
    const char *host;  /* lower case, without brackets and without a dot at its end; NULL: a path */
    bool address;      /* the host is an IP address */
    unsigned port;     /* 0: ssh with no port given */
    const char *user;  /* ssh; NULL: none given */
    const char *path;  /* a path, or ssh's; else NULL */
    const char *alias; /* lower case; NULL: none given */
    bool pinned;
    unsigned char pin[CERT_SHA256_SIZE];
};

/* NULL, or what is wrong with the line, without repeating it. */
const char *source_parse(const char *line, struct source *ret) __attribute__((warn_unused_result));

/* Whether the source is asked over a TLS handshake. */
bool source_is_network(const struct source *source);
/* "https://scm2:443": the same server always by the same text, for pins on record. */
const char *source_server(const struct source *source);

enum { ALIAS_LIMIT = 128 };
/* Whether `alias` may name a copy: a-z 0-9 . _ -, the first a letter or digit, at most ALIAS_LIMIT.
 */
bool alias_is_valid(const char *alias);
/* The host up to its first dot; an address whole, as "ip-10-0-0-1". `full`: the whole host. */
const char *alias_of_host(const struct source *source, bool full);
/* As alias_of_file(), what an alias may not hold turned into '-'. */
const char *alias_of_entry(const char *path);

#endif

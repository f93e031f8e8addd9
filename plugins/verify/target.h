/*
 * `host[:port]` as the keys server and database have it. Pure.
 *
 * A name, an IPv4 address, an IPv6 address in brackets, or one without and then without a port.
 */
#ifndef TFHOOK_VERIFY_TARGET_H
#define TFHOOK_VERIFY_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct verify_target {
    const char *host; /* without brackets */
    unsigned port;
    const char *subject; /* "host:port", "[::1]:443" */
    bool guessed;        /* host and port come from the alias of a copy, which may be neither */
};

/* False when it is none; *why then says what is wrong with it. */
bool verify_target_parse(const char *text, unsigned default_port, struct verify_target *ret,
                         const char **why) __attribute__((warn_unused_result));

struct verify_targets {
    struct verify_target *targets;
    size_t count;
};

/* Adds a target once. False: the text is none, and is left out. */
bool verify_targets_add(struct verify_targets *list, const char *text, unsigned default_port);
/* This machine, by a name or an address that every machine has for itself. */
bool verify_target_is_loopback(const struct verify_target *target);

#endif

/*
 * `host[:port]` as the keys server and database have it. Pure.
 *
 * A name, an IPv4 address, an IPv6 address in brackets, or one without and then without a port.
 */
#ifndef TFHOOK_VERIFY_TARGET_H
#define TFHOOK_VERIFY_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum { VERIFY_HOST_SIZE = 256, VERIFY_SUBJECT_SIZE = 272 };

struct verify_target {
    char host[VERIFY_HOST_SIZE]; /* without brackets */
    unsigned port;
    char subject[VERIFY_SUBJECT_SIZE]; /* "host:port", "[::1]:443" */
    bool guessed; /* host and port come from the alias of a copy, which may be neither */
};

/* False when it is none; *why then says what is wrong with it. */
bool verify_target_parse(const char *text, unsigned default_port, struct verify_target *ret,
                         const char **why) __attribute__((warn_unused_result));

struct verify_targets {
    struct verify_target *targets;
    size_t count;
};

/* Adds a target once; what is none, or no longer fits into memory, is left out: false. The list is
 * freed with free(list.targets). */
bool verify_targets_add(struct verify_targets *list, const char *text, unsigned default_port);
/* This machine, by a name or an address that every machine has for itself. */
bool verify_target_is_loopback(const struct verify_target *target);

#endif

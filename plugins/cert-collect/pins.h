/*
 * The pins on record: which certificate each server presented at its first use. Pure.
 *
 * A text file of lines "SERVER sha256:HEX", sorted, SERVER as source_server() gives it.
 * pins_parse(), pins_find(), pins_set(), pins_write().
 */
#ifndef TFHOOK_CERT_COLLECT_PINS_H
#define TFHOOK_CERT_COLLECT_PINS_H

#include "cert.h"

struct bytes;

struct pin {
    const char *server;
    unsigned char sha256[CERT_SHA256_SIZE];
};

struct pins {
    struct pin *pins;
    size_t count;
};

/* False when a line is none: `ret_line` is its number. */
bool pins_parse(const void *data, size_t size, struct pins *ret, size_t *ret_line)
    __attribute__((warn_unused_result));
/* NULL when the server has no pin on record. */
const unsigned char *pins_find(const struct pins *pins, const char *server);
/* Adds or replaces. */
void pins_set(struct pins *pins, const char *server, const unsigned char sha256[CERT_SHA256_SIZE]);
void pins_write(const struct pins *pins, struct bytes *out);

#endif

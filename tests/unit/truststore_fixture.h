/*
 * Shared by the tests of the trust stores: files of data/stores, and a store opened from one.
 * Everything returned belongs to the caller; a file that cannot be read fails the test. The bytes
 * that a store leads into, a file's and those of what is added, stay until the process ends.
 */
#ifndef TRUSTSTORE_FIXTURE_H
#define TRUSTSTORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cert.h"
#include "truststore.h"

static inline struct bytes load(const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/stores/%s", TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    struct bytes b = {0};
    unsigned char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
        bytes_add(&b, part, n);
    bytes_add(&b, "", 0);
    (void)fclose(file);
    assert_false(b.failed);
    return b;
}

/* The place that the reason tells, "... at byte 8 ..."; 0 when it tells none. */
static inline size_t byte_told(const struct truststore_error *error)
{
    const char *at = strstr(error->text, "byte ");
    return at == NULL ? 0 : strtoul(at + strlen("byte "), NULL, 10);
}

static inline struct truststore *open_bytes(const struct bytes *b)
{
    struct truststore *store = NULL;
    struct truststore_error error;
    if (truststore_open(b->data, b->size, "changeit", &store, &error) != TRUSTSTORE_OK)
        fail_msg("%s", error.text);
    return store;
}

static inline void keep(struct bytes b)
{
    static struct kept {
        struct kept *next;
        struct bytes bytes;
    } * all;
    struct kept *kept = malloc(sizeof *kept);
    assert_non_null(kept);
    *kept = (struct kept){all, b};
    all = kept;
}

static inline struct truststore *open_store(const char *name)
{
    struct bytes b = load(name);
    keep(b);
    return open_bytes(&b);
}

static inline struct bytes written(const struct truststore *store)
{
    struct bytes b = {0};
    struct truststore_error error;
    assert_int_equal(truststore_write(store, &b, &error), TRUSTSTORE_OK);
    return b;
}

static inline void add(struct truststore *store, const char *alias, const char *file)
{
    struct bytes der = load(file);
    struct truststore_error error;
    if (truststore_add(store, alias, 1700000000000, der.data, der.size, &error) != TRUSTSTORE_OK)
        fail_msg("%s", error.text);
    keep(der);
}

#endif

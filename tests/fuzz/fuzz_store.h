/*
 * Trust stores, for the targets fuzz_jks and fuzz_pkcs12. A store that is read is written back byte
 * for byte; with an entry more it is read again, and trusts what it trusted before and the new one.
 */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include "fuzz.h"

#include "truststore.h"

#include <string.h>

/* A certificate that parses: the first file of the unit tests' stores. */
static inline const struct bytes *new_certificate(void)
{
    static struct bytes der;
    unsigned char part[4096];
    FILE *file = der.size > 0 ? NULL : fopen(TEST_DATA "/stores/a.der", "rb");
    for (size_t n; file != NULL && (n = fread(part, 1, sizeof part, file)) > 0;)
        bytes_add(&der, part, n);
    if (file != NULL)
        (void)fclose(file);
    require(der.size > 0);
    return &der;
}

static inline struct bytes written(const struct truststore *store)
{
    struct bytes b = {0};
    struct truststore_error error;
    require(truststore_write(store, &b, &error) == TRUSTSTORE_OK);
    require(!b.failed);
    return b;
}

static inline void try_add(struct truststore *store)
{
    static const char alias[] = "tfhook-fuzz";
    const struct bytes *der = new_certificate();
    struct truststore *again = NULL;
    struct truststore_error error;
    size_t trusted = truststore_trusted(store);
    if (truststore_find_alias(store, alias) != NULL ||
        truststore_add(store, alias, 1700000000000, der->data, der->size, &error) != TRUSTSTORE_OK)
        return;
    const struct truststore_entry *entry = truststore_find_alias(store, alias);
    require(entry != NULL && entry->trusted);
    size_t with = truststore_trusted(store);
    require(with == trusted || with == trusted + 1);
    struct bytes b = written(store);
    require(truststore_open(b.data, b.size, "changeit", &again, &error) == TRUSTSTORE_OK);
    require(truststore_trusted(again) == with);
    require(again->count == store->count);
    truststore_free(again);
    bytes_free(&b);
}

static inline void try_store(const uint8_t *data, size_t size)
{
    struct truststore *store = NULL;
    struct truststore_error error = {0};
    enum truststore_status status = truststore_open(data, size, "changeit", &store, &error);
    if (status != TRUSTSTORE_OK) {
        require(store == NULL);
        require(error.text[0] != '\0');
        return;
    }
    struct bytes same = written(store);
    require(same.size + store->trailing == size);
    require(memcmp(same.data, data, same.size) == 0);
    bytes_free(&same);
    try_add(store);
    truststore_free(store);
}

#endif

/* Looking up the entries of a trust store: by the name under which Java files them, and by the
 * SHA-256 of their certificate. Entries of one bucket are chained, the last of the file first. */
#include <openssl/lhash.h>
#include <string.h>

#include "truststore_forms.h"

static size_t hash_name(const char *name)
{
    return OPENSSL_LH_strhash(name) % TRUSTSTORE_BUCKETS;
}

static size_t hash_sha256(const unsigned char *sha256)
{
    return (size_t)(sha256[0] << 8 | sha256[1]) % TRUSTSTORE_BUCKETS;
}

static const struct truststore_entry *entry_at(const struct truststore *store, uint32_t place)
{
    return place == 0 ? NULL : &store->entries[place - 1];
}

void truststore_index_entry(struct truststore *store, size_t place)
{
    struct truststore_entry *entry = &store->entries[place];
    if (entry->named) {
        uint32_t *first = &store->index->names[hash_name(entry->name)];
        entry->next_name = *first;
        *first = (uint32_t)place + 1;
    }
    if (entry->der != NULL) {
        uint32_t *first = &store->index->hashes[hash_sha256(entry->sha256)];
        entry->next_sha256 = *first;
        *first = (uint32_t)place + 1;
    }
}

void truststore_reindex(struct truststore *store)
{
    *store->index = (struct truststore_index){0};
    for (size_t i = 0; i < store->count; i++)
        truststore_index_entry(store, i);
}

const struct truststore_entry *truststore_find_name(const struct truststore *store,
                                                    const char *name, bool seen)
{
    const struct truststore_entry *at = entry_at(store, store->index->names[hash_name(name)]);
    while (at != NULL && ((seen && store->blind && at->in_sealed) || strcmp(at->name, name) != 0))
        at = entry_at(store, at->next_name);
    return at;
}

const struct truststore_entry *truststore_find_alias(const struct truststore *store,
                                                     const char *alias)
{
    return truststore_find_name(store, alias, false);
}

const struct truststore_entry *
truststore_find_sha256(const struct truststore *store,
                       const unsigned char sha256[TRUSTSTORE_SHA256_SIZE])
{
    const struct truststore_entry *found = NULL;
    const struct truststore_entry *at = entry_at(store, store->index->hashes[hash_sha256(sha256)]);
    for (; at != NULL; at = entry_at(store, at->next_sha256))
        if (memcmp(at->sha256, sha256, TRUSTSTORE_SHA256_SIZE) == 0 &&
            (found == NULL || at->trusted || !found->trusted))
            found = at;
    return found;
}

size_t truststore_trusted(const struct truststore *store)
{
    size_t different = 0;
    for (size_t i = 0; i < store->count; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        different += entry->trusted && truststore_find_sha256(store, entry->sha256) == entry;
    }
    return different;
}

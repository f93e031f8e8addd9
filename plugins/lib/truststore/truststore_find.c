/* Looking up the entries of a trust store: by alias and by SHA-256, through its indexes. */
#include <stdlib.h>
#include <string.h>

#include "truststore_forms.h"

static uint32_t hash_of_name(const char *name)
{
    return hash_index_hash(name, strlen(name));
}

static uint32_t hash_of_sha256(const unsigned char sha256[TRUSTSTORE_SHA256_SIZE])
{
    return hash_index_hash(sha256, TRUSTSTORE_SHA256_SIZE);
}

bool truststore_index_entry(struct truststore *store, size_t place)
{
    const struct truststore_entry *entry = &store->entries[place];
    return (!entry->named || hash_index_add(&store->names, hash_of_name(entry->name), place)) &&
           (entry->der == NULL ||
            hash_index_add(&store->hashes, hash_of_sha256(entry->sha256), place));
}

bool truststore_reindex(struct truststore *store)
{
    hash_index_clear(&store->names);
    hash_index_clear(&store->hashes);
    for (size_t i = 0; i < store->count; i++)
        if (!truststore_index_entry(store, i))
            return false;
    return true;
}

const struct truststore_entry *truststore_find_alias(const struct truststore *store,
                                                     const char *alias)
{
    const struct truststore_entry *found = NULL;
    struct hash_index_walk walk;
    for (size_t at = hash_index_first(&store->names, hash_of_name(alias), &walk);
         at != HASH_INDEX_NONE; at = hash_index_next(&store->names, &walk)) {
        const struct truststore_entry *entry = &store->entries[at];
        if (entry->named && strcmp(entry->name, alias) == 0 && (found == NULL || entry > found))
            found = entry;
    }
    return found;
}

const struct truststore_entry *
truststore_find_sha256(const struct truststore *store,
                       const unsigned char sha256[TRUSTSTORE_SHA256_SIZE])
{
    const struct truststore_entry *found = NULL;
    struct hash_index_walk walk;
    for (size_t at = hash_index_first(&store->hashes, hash_of_sha256(sha256), &walk);
         at != HASH_INDEX_NONE; at = hash_index_next(&store->hashes, &walk)) {
        const struct truststore_entry *entry = &store->entries[at];
        if (entry->der == NULL || memcmp(entry->sha256, sha256, TRUSTSTORE_SHA256_SIZE) != 0)
            continue;
        if (found == NULL || (entry->trusted && !found->trusted) ||
            (entry->trusted == found->trusted && entry < found))
            found = entry;
    }
    return found;
}

static int by_sha256(const void *a, const void *b)
{
    return memcmp(a, b, TRUSTSTORE_SHA256_SIZE);
}

size_t truststore_trusted(const struct truststore *store)
{
    unsigned char *hashes = calloc(store->count + 1, TRUSTSTORE_SHA256_SIZE);
    if (hashes == NULL)
        return SIZE_MAX;
    size_t count = 0, different = 0;
    for (size_t i = 0; i < store->count; i++)
        if (store->entries[i].trusted)
            memcpy(hashes + TRUSTSTORE_SHA256_SIZE * count++, store->entries[i].sha256,
                   TRUSTSTORE_SHA256_SIZE);
    qsort(hashes, count, TRUSTSTORE_SHA256_SIZE, by_sha256);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || by_sha256(hashes + TRUSTSTORE_SHA256_SIZE * (i - 1),
                                hashes + TRUSTSTORE_SHA256_SIZE * i) != 0)
            different++;
    free(hashes);
    return different;
}

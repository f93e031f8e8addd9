#include "edited_store_check.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* A trusted certificate under its name. */
struct pair {
    const char *alias;
    const unsigned char *sha256;
};

static int by_pair(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int order = strcmp(left->alias, right->alias);
    return order != 0 ? order : memcmp(left->sha256, right->sha256, TRUSTSTORE_SHA256_SIZE);
}

static int compare_changes(const void *a, const void *b)
{
    const struct import_change *left = a, *right = b;
    return strcmp(left->alias, right->alias);
}

static const struct import_change *change_of(const struct import_change *sorted, size_t count,
                                             const char *alias)
{
    struct import_change key = {.alias = alias};
    return count > 0 ? bsearch(&key, sorted, count, sizeof key, compare_changes) : NULL;
}

/* What is trusted, without the changed aliases when there are any to leave out. */
static size_t trusted_pairs(const struct truststore *store, const struct import_change *sorted,
                            size_t count, struct pair *pairs)
{
    size_t found = 0;
    for (size_t i = 0; i < store->count; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        if (entry->trusted && change_of(sorted, count, entry->folded) == NULL)
            pairs[found++] = (struct pair){entry->folded, entry->sha256};
    }
    return found;
}

static bool same_trust(const struct truststore *before, const struct truststore *after,
                       const struct import_change *sorted, size_t count, struct pair *meant,
                       struct pair *found)
{
    size_t meant_count = trusted_pairs(before, sorted, count, meant);
    for (size_t i = 0; i < count; i++)
        if (sorted[i].sha256 != NULL)
            meant[meant_count++] = (struct pair){sorted[i].alias, sorted[i].sha256};
    size_t found_count = trusted_pairs(after, NULL, 0, found);
    if (meant_count != found_count)
        return false;
    qsort(meant, meant_count, sizeof *meant, by_pair);
    qsort(found, found_count, sizeof *found, by_pair);
    for (size_t i = 0; i < meant_count; i++)
        if (by_pair(&meant[i], &found[i]) != 0)
            return false;
    return true;
}

/* One of ours is the trusted one of a changed alias. What Java hides under it stays as well, unless
 * the alias is removed: it would come to light. */
static bool is_ours(const struct truststore_entry *entry, const struct import_change *sorted,
                    size_t count)
{
    const struct import_change *change = change_of(sorted, count, entry->folded);
    return change != NULL && (entry->trusted || change->sha256 == NULL);
}

/* The next entry from `at` on that is not one of ours. */
static size_t next_other(const struct truststore *store, const struct import_change *sorted,
                         size_t count, size_t at)
{
    while (at < store->count && is_ours(&store->entries[at], sorted, count))
        at++;
    return at;
}

static bool same_others(const struct truststore *before, const struct truststore *after,
                        const struct import_change *sorted, size_t count)
{
    size_t a = 0, b = 0;
    for (;; a++, b++) {
        a = next_other(before, sorted, count, a);
        b = next_other(after, sorted, count, b);
        if (a == before->count || b == after->count)
            return a == before->count && b == after->count;
        const struct truststore_entry *left = &before->entries[a], *right = &after->entries[b];
        if (left->raw_size != right->raw_size || memcmp(left->raw, right->raw, left->raw_size) != 0)
            return false;
    }
}

const char *import_check_edited(const struct truststore *before, const struct truststore *after,
                                const struct import_change *changes, size_t count)
{
    struct import_change *sorted = memory_new(count * sizeof *sorted);
    struct pair *meant = memory_new((before->count + count) * sizeof *meant);
    struct pair *found = memory_new(after->count * sizeof *found);
    if (count > 0)
        memcpy(sorted, changes, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_changes);
    if (!same_trust(before, after, sorted, count, meant, found))
        return "a JVM would not trust exactly the old certificates and the new ones";
    if (!same_others(before, after, sorted, count))
        return "another entry would not keep its bytes or its place";
    return NULL;
}

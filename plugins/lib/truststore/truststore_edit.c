/* The edits of a trust store: what may come in, and how it takes its place. */
#include <stdlib.h>
#include <string.h>

#include "java_accepts.h"
#include "truststore_forms.h"

enum { MOST_ALIAS = 255 };

/* May this come in? One certificate that Java cannot decode makes it refuse the whole store, so in
 * doubt it stays out. */
static enum truststore_status check_new(const char *alias, const void *der, size_t der_size,
                                        struct truststore_error *error)
{
    size_t length = strlen(alias);
    if (length == 0 || length > MOST_ALIAS)
        return truststore_fail(error, TRUSTSTORE_REFUSED, "an alias has 1 to %d characters",
                               MOST_ALIAS);
    for (size_t i = 0; i < length; i++)
        if (alias[i] <= ' ' || alias[i] > '~' || (alias[i] >= 'A' && alias[i] <= 'Z'))
            return truststore_fail(error, TRUSTSTORE_REFUSED,
                                   "alias '%s': only printable ASCII in lower case, without spaces",
                                   alias);
    const char *why = NULL;
    enum java_verdict verdict = java_accepts(der, der_size, &why);
    if (verdict == JAVA_ACCEPTS)
        return TRUSTSTORE_OK;
    return truststore_fail(error, TRUSTSTORE_REFUSED,
                           verdict == JAVA_REFUSES
                               ? "the certificate %s: Java cannot load a store that holds it"
                               : "the certificate %s: it is not known that Java can load a store "
                                 "with it",
                           why);
}

static bool is_sealed(const struct truststore *store, size_t safe)
{
    for (size_t i = 0; i < store->sealed_count; i++)
        if (store->sealed[i].safe == safe)
            return true;
    return false;
}

/* May this safe be edited? An encrypted one is encrypted again under the salt that was used for
 * what it held. Certificates are public, and keys and secrets are encrypted once more, each by
 * itself; a key in the clear is not. */
static enum truststore_status check_safe(const struct truststore *store, size_t safe,
                                         struct truststore_error *error)
{
    for (size_t i = 0; i < store->count && is_sealed(store, safe); i++)
        if (store->entries[i].safe == safe && store->entries[i].kind == TRUSTSTORE_OTHER)
            return truststore_fail(error, TRUSTSTORE_REFUSED,
                                   "its encrypted part holds something beside certificates and "
                                   "encrypted keys, so that it cannot be encrypted again as it "
                                   "was: keep keys in a store of their own");
    return TRUSTSTORE_OK;
}

/* Appends a new entry, for the safe of `safe`. */
static enum truststore_status append_entry(struct truststore *store, const char *alias,
                                           int64_t date_ms, const void *der, size_t size,
                                           size_t safe, struct truststore_error *error)
{
    bool sealed = is_sealed(store, safe);
    const struct truststore_entry entry = {
        .kind = TRUSTSTORE_CERTIFICATE,
        .der = der,
        .der_size = size,
        .date_ms = store->form == TRUSTSTORE_PKCS12 ? 0 : date_ms,
        .trusted = true,
        .named = true,
        .safe = safe,
        .sealed = sealed,
        .in_sealed = sealed,
    };
    struct bytes name = {0};
    bool done = jks_alias_from_utf8(alias, &name) && truststore_append(store, &entry, &name);
    bytes_free(&name);
    return done ? TRUSTSTORE_OK : truststore_no_memory(error);
}

/* How well the safe of an entry suits a new certificate. */
enum { BEST = 3 };

static int rank_of(const struct truststore_entry *entry)
{
    if (entry->kind != TRUSTSTORE_CERTIFICATE)
        return 0;
    return !entry->named ? 1 : entry->in_sealed ? 2 : BEST;
}

/* In PKCS#12 a new certificate goes to the end of the last safe that holds trusted ones, one in the
 * clear, which every JVM reads, before an encrypted one; failing these, the last that holds any, so
 * that keys and certificates stay apart. Returns the place for it. */
static size_t place_for(struct truststore *store, size_t *ret_safe)
{
    size_t place = store->count;
    int best = 0;
    if (store->safes == 0)
        store->safes = 1;
    *ret_safe = store->safes - 1;
    for (size_t i = store->count; i-- > 0 && best < BEST;)
        if (rank_of(&store->entries[i]) > best) {
            best = rank_of(&store->entries[i]);
            *ret_safe = store->entries[i].safe;
        }
    while (place > 0 && store->entries[place - 1].safe > *ret_safe)
        place--;
    return place;
}

enum truststore_status truststore_add(struct truststore *store, const char *alias, int64_t date_ms,
                                      const void *der, size_t size, struct truststore_error *error)
{
    *error = (struct truststore_error){0};
    if (truststore_find_alias(store, alias) != NULL)
        return truststore_fail(error, TRUSTSTORE_REFUSED, "alias '%s' is taken", alias);
    enum truststore_status status = check_new(alias, der, size, error);
    if (status != TRUSTSTORE_OK)
        return status;
    size_t safe = 0, place = place_for(store, &safe);
    status = check_safe(store, safe, error);
    if (status == TRUSTSTORE_OK)
        status = append_entry(store, alias, date_ms, der, size, safe, error);
    if (status != TRUSTSTORE_OK)
        return status;
    struct truststore_entry added = store->entries[store->count - 1];
    memmove(&store->entries[place + 1], &store->entries[place],
            (store->count - 1 - place) * sizeof added);
    store->entries[place] = added;
    if (place + 1 == store->count)
        truststore_index_entry(store, place);
    else
        truststore_reindex(store);
    return TRUSTSTORE_OK;
}

/* An entry that may be replaced or removed. */
static enum truststore_status find_editable(const struct truststore *store, const char *alias,
                                            const struct truststore_entry **ret,
                                            struct truststore_error *error)
{
    const struct truststore_entry *found = truststore_find_alias(store, alias);
    if (found == NULL)
        return truststore_fail(error, TRUSTSTORE_REFUSED, "no entry has the alias '%s'", alias);
    if (found->kind != TRUSTSTORE_CERTIFICATE)
        return truststore_fail(error, TRUSTSTORE_REFUSED, "alias '%s' holds a key", alias);
    if (strstr(alias, " [jdk") != NULL) /* such names drive the JDK's own CA constraints */
        return truststore_fail(error, TRUSTSTORE_REFUSED, "alias '%s' is the JDK's own", alias);
    *ret = found;
    return check_safe(store, found->safe, error);
}

enum truststore_status truststore_replace(struct truststore *store, const char *alias,
                                          int64_t date_ms, const void *der, size_t size,
                                          struct truststore_error *error)
{
    *error = (struct truststore_error){0};
    const struct truststore_entry *found = NULL;
    enum truststore_status status = find_editable(store, alias, &found, error);
    if (status == TRUSTSTORE_OK)
        status = check_new(alias, der, size, error);
    if (status != TRUSTSTORE_OK)
        return status;
    if (store->blind && found->in_sealed) { /* where such a JVM would not see it */
        status = truststore_remove(store, alias, error);
        return status != TRUSTSTORE_OK ? status
                                       : truststore_add(store, alias, date_ms, der, size, error);
    }
    size_t place = (size_t)(found - store->entries);
    status = append_entry(store, alias, date_ms, der, size, found->safe, error);
    if (status != TRUSTSTORE_OK)
        return status;
    truststore_entry_free(&store->entries[place]);
    store->entries[place] = store->entries[--store->count];
    truststore_reindex(store);
    return TRUSTSTORE_OK;
}

enum truststore_status truststore_remove(struct truststore *store, const char *alias,
                                         struct truststore_error *error)
{
    *error = (struct truststore_error){0};
    const struct truststore_entry *found = NULL;
    enum truststore_status status = find_editable(store, alias, &found, error);
    if (status != TRUSTSTORE_OK)
        return status;
    for (size_t i = 0; i < store->count; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        if (entry->named && strcmp(entry->name, alias) == 0 &&
            entry->kind != TRUSTSTORE_CERTIFICATE)
            return truststore_fail(error, TRUSTSTORE_REFUSED, "alias '%s' hides a key", alias);
    }
    size_t kept = 0;
    for (size_t i = 0; i < store->count; i++) {
        struct truststore_entry *entry = &store->entries[i];
        if (entry->named && strcmp(entry->name, alias) == 0)
            truststore_entry_free(entry);
        else
            store->entries[kept++] = *entry;
    }
    store->count = kept;
    truststore_reindex(store);
    truststore_judge(store);
    return TRUSTSTORE_OK;
}

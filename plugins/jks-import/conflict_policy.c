#include "conflict_policy.h"

#include <string.h>

#include "cert.h"

enum import_policy import_policy_of(const char *word)
{
    static const char *const words[] = {
        [IMPORT_RENEW] = "renew",
        [IMPORT_OVERWRITE] = "replace",
        [IMPORT_KEEP_OLD] = "keep",
        [IMPORT_FAIL] = "fail",
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0)
            return (enum import_policy)i;
    return IMPORT_FAIL;
}

/* Parses both, which is slow; only a taken alias needs it. */
static bool same_server(const struct truststore_entry *entry, const void *der, size_t size)
{
    struct cert_facts old_facts, new_facts;
    if (cert_facts_of(entry->der, entry->der_size, &old_facts) != 0)
        return false;
    bool same = false;
    if (cert_facts_of(der, size, &new_facts) == 0) {
        same = cert_same_names(&old_facts, &new_facts);
        cert_facts_free(&new_facts);
    }
    cert_facts_free(&old_facts);
    return same;
}

struct import_decision import_decide(const struct truststore *store, const char *alias,
                                     const void *der, size_t size,
                                     const unsigned char sha256[TRUSTSTORE_SHA256_SIZE],
                                     enum import_policy policy, bool noted)
{
    const struct truststore_entry *same = truststore_find_sha256(store, sha256);
    if (same != NULL && same->trusted)
        return (struct import_decision){IMPORT_PRESENT, same, NULL};
    const struct truststore_entry *taken = truststore_find_alias(store, alias);
    if (taken == NULL)
        return (struct import_decision){IMPORT_ADD, same, NULL};
    if (taken->kind != TRUSTSTORE_CERTIFICATE)
        return (struct import_decision){IMPORT_KEY, taken, NULL};
    switch (policy) {
    case IMPORT_OVERWRITE:
        return (struct import_decision){IMPORT_REPLACE, taken, "replaced"};
    case IMPORT_KEEP_OLD:
        return (struct import_decision){IMPORT_KEEP, taken, NULL};
    case IMPORT_RENEW:
        if (noted || same_server(taken, der, size))
            return (struct import_decision){IMPORT_REPLACE, taken, "renewed"};
        break;
    case IMPORT_FAIL:
        break;
    }
    return (struct import_decision){IMPORT_CONFLICT, taken, NULL};
}

#include "jvm_trust_stores.h"

#include <stdio.h>
#include <string.h>

#include "host_errors.h"
#include "jvm_store_loads.h"
#include "memory.h"
#include "store_password.h"

static void open_store(const struct tfhook_host *host, const char *password,
                       struct verify_store *store)
{
    struct tfhook_data data;
    struct tfhook_stat stat = {.struct_size = sizeof stat};
    const char *path = store->place->real;
    store->error.status = TRUSTSTORE_BROKEN;
    int result = host->read(host, path, 0, &data);
    if (result == 0)
        result = host->stat(host, path, &stat);
    store->denied = host_error_is_denied(result);
    if (result < 0) {
        (void)snprintf(store->error.text, sizeof store->error.text, "%s", strerror(-result));
        return;
    }
    /* Packages and `cp -p` put a new file in place with an old mtime. */
    store->changed = stat.ctime_sec > stat.mtime_sec ? stat.ctime_sec : stat.mtime_sec;
    if (password == NULL)
        (void)snprintf(store->error.text, sizeof store->error.text,
                       "the file of password-file cannot be read");
    else if (truststore_open(data.data, data.size, password, &store->store, &store->error) !=
             TRUSTSTORE_OK)
        store->store = NULL;
}

static void judge_loading(const struct verify_stores *stores, struct verify_store *store)
{
    if (store->store == NULL)
        return;
    store->undecodable =
        truststore_undecodable(store->store, true, &store->decodable, &store->undecodable_why);
    store->loaded = store->decodable != JAVA_REFUSES;
    if (jvm_is_blind(&stores->jvms, store->place, store->store))
        truststore_blind(store->store);
    for (size_t i = 0; store->loaded && i < stores->jvms.jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms.jvms[i];
        store->loaded = !jvm->wanted || !jvm_uses(jvm, store->place) ||
                        jvm_cannot_load(jvm, store->store) == NULL;
    }
}

const struct verify_stores *verify_stores_get(struct verify *v)
{
    const struct tfhook_host *host = v->host;
    if (v->stores != NULL)
        return v->stores;
    struct verify_stores *stores = memory_new(sizeof *stores);
    v->stores = stores;
    stores->error = jvm_find(host, host->items(host, "keystore"), host->items(host, "java-home"),
                             host->value(host, "site-options"), &stores->jvms);
    if (stores->error != NULL)
        return stores;
    const char *password = NULL;
    bool readable = store_password(host, &password) == 0;
    stores->count = stores->jvms.store_count;
    stores->items = memory_new(stores->count * sizeof stores->items[0]);
    for (size_t i = 0; i < stores->count; i++) {
        stores->items[i].place = &stores->jvms.stores[i];
        open_store(host, readable ? password : NULL, &stores->items[i]);
        judge_loading(stores, &stores->items[i]);
    }
    return stores;
}

/* The trusted entries as a set to judge chains by; NULL when memory is out. */
static const struct tls_trust *trust_of(struct verify_store *store)
{
    struct cert_list anchors = {0};
    bool whole = true;
    if (store->trust != NULL)
        return store->trust;
    for (size_t i = 0; whole && i < store->store->count; i++) {
        const struct truststore_entry *entry = &store->store->entries[i];
        if (entry->trusted)
            whole = cert_list_add(&anchors, entry->der, entry->der_size);
    }
    if (whole)
        store->trust = tls_trust_anchors(&anchors);
    cert_list_free(&anchors);
    return store->trust;
}

/* The trusted entry that ends the chain, for the message: one whose subject issued a part of it. */
static const struct truststore_entry *anchor_of(const struct truststore *store,
                                                const struct cert_list *chain)
{
    const struct truststore_entry *found = NULL;
    for (size_t i = 0; found == NULL && i < chain->count; i++) {
        struct cert_facts part;
        if (cert_facts_of(chain->certs[i].der, chain->certs[i].size, &part) < 0)
            continue;
        for (size_t j = 0; found == NULL && j < store->count; j++) {
            struct cert_facts facts;
            const struct truststore_entry *entry = &store->entries[j];
            if (!entry->trusted || cert_facts_of(entry->der, entry->der_size, &facts) < 0)
                continue;
            if (facts.is_ca && strcmp(facts.subject, part.issuer) == 0)
                found = entry;
            cert_facts_free(&facts);
        }
        cert_facts_free(&part);
    }
    return found;
}

bool verify_stores_judge(struct verify *v, struct verify_store *store,
                         const struct cert_list *chain, const char *subject, const char **ret_text)
{
    const char *path = store->place->path;
    char why[256] = "out of memory";
    if (!store->loaded) {
        *ret_text =
            memory_printf("not trusted: %s, by %s: no JVM can load that store", subject, path);
        return false;
    }
    const struct truststore_entry *entry =
        truststore_find_sha256(store->store, chain->certs[0].sha256);
    const struct tls_trust *trust = trust_of(store);
    bool trusted = trust != NULL && tls_trust_check(trust, chain, NULL, v->host->now, why,
                                                    sizeof why) == TLS_TRUSTED;
    if (trusted && entry != NULL && entry->trusted) {
        *ret_text = memory_printf("trusted: %s is the entry %s of %s, which a JVM takes at once",
                                  subject, entry->alias, path);
    } else if (trusted) {
        entry = anchor_of(store->store, chain);
        *ret_text = memory_printf("trusted: %s leads to the entry %s of %s", subject,
                                  entry != NULL ? entry->alias : "of its issuer", path);
    } else {
        *ret_text = memory_printf("not trusted: %s, by %s: %s", subject, path, why);
        if (entry != NULL && !entry->trusted)
            *ret_text = memory_printf(
                "%s. It is there as %s, but a JVM does not trust that entry: %s", *ret_text,
                entry->alias, entry->why_not != NULL ? entry->why_not : "no reason is known");
    }
    return trusted;
}

const char *verify_stores_users(const struct verify_stores *stores,
                                const struct verify_store *store)
{
    const char *users = NULL;
    for (size_t i = 0; i < stores->jvms.jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms.jvms[i];
        if (jvm_uses(jvm, store->place))
            users = memory_join(users, ", ", jvm_name(jvm));
    }
    return users;
}

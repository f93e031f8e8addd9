/*
 * Reading PKCS#12 as sun.security.pkcs12.PKCS12KeyStore does:
 *
 *   PFX  { INTEGER 3, ContentInfo { data, [0] OCTET STRING of safes }, MacData? }
 *   safe   ContentInfo { data, [0] OCTET STRING of bags } or { encryptedData, [0] EncryptedData }
 *   bag  { OID, [0] value, SET of attributes? }
 *
 * The MAC is checked before the first safe is decrypted: it tells a wrong password for certain.
 */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "pkcs12_oid.h"
#include "pkcs12_walk.h"

/* { OID, [0] { value } }: a safe, or what is around them all. */
static enum truststore_status take_info(struct pkcs12_walk *w, struct der_span *span,
                                        const char *what, struct der *ret_info, struct der *ret_oid,
                                        struct der *ret_value)
{
    enum truststore_status status = walk_take(w, span, DER_TAG_SEQUENCE, what, ret_info);
    struct der_span body = ret_info->content;
    if (status == TRUSTSTORE_OK)
        status = walk_typed(w, &body, what, ret_oid, ret_value);
    if (status == TRUSTSTORE_OK && !der_end(&body))
        status = walk_garbled(w, body.at, what);
    return status;
}

/* The content of ContentInfo { data, [0] OCTET STRING }. */
static enum truststore_status data_of(struct pkcs12_walk *w, const struct der *info,
                                      const struct der *oid, const struct der *value,
                                      const char *what, struct der_span *ret)
{
    size_t offset = walk_offset(w, info->start);
    if (!IS(oid, OID_DATA))
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED,
                               "it holds a part at byte %zu that is neither plain nor encrypted "
                               "data (signed or sealed for a public key), which Java does not take",
                               offset);
    if (value->tag != DER_TAG_OCTETS)
        return walk_garbled(w, value->start, what);
    *ret = value->content;
    return TRUSTSTORE_OK;
}

static enum truststore_status check_mac(struct pkcs12_walk *w)
{
    if (!w->has_mac || w->checked)
        return TRUSTSTORE_OK;
    w->checked = true;
    return pkcs12_mac_check(w->store, &w->content, &w->sum, w->error);
}

/* Keeps the decrypted bags, which are wiped with the store. */
static enum truststore_status keep_sealed(struct pkcs12_walk *w, const struct der *info,
                                          const struct pkcs12_encrypted *encrypted,
                                          struct bytes *plain)
{
    struct truststore *store = w->store;
    struct truststore_sealed *grown =
        realloc(store->sealed, (store->sealed_count + 1) * sizeof *grown);
    if (grown == NULL) {
        bytes_wipe(plain);
        return truststore_no_memory(w->error);
    }
    store->sealed = grown;
    grown[store->sealed_count++] = (struct truststore_sealed){
        .safe = w->safe,
        .raw = info->start,
        .raw_size = info->size,
        .algorithm = encrypted->algorithm.start,
        .algorithm_size = encrypted->algorithm.size,
        .form = encrypted->form,
        .plain = plain->data,
        .plain_size = plain->size,
    };
    return TRUSTSTORE_OK;
}

static enum truststore_status take_sealed(struct pkcs12_walk *w, const struct der *info,
                                          const struct der *value, struct der_span *ret)
{
    struct pkcs12_encrypted encrypted;
    struct bytes plain = {0};
    size_t offset = walk_offset(w, info->start);
    enum truststore_status status = pkcs12_encrypted_read(w->store, value, &encrypted, w->error);
    if (status != TRUSTSTORE_OK)
        return status;
    if (encrypted.iterations > PKCS12_MOST_ITERATIONS - w->iterations)
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED,
                               "its encrypted parts take more than %d iterations in all, which is "
                               "not handled",
                               PKCS12_MOST_ITERATIONS);
    w->iterations += encrypted.iterations;
    status = check_mac(w);
    if (status != TRUSTSTORE_OK)
        return status;
    status = pkcs12_decrypt(w->store, &encrypted, &plain, w->error);
    if (status == TRUSTSTORE_PASSWORD && w->checked)
        return truststore_fail(w->error, TRUSTSTORE_BROKEN,
                               "its encrypted part at byte %zu does not decrypt with the password "
                               "of its MAC, for which Java refuses the store",
                               offset);
    if (status == TRUSTSTORE_OK)
        status = keep_sealed(w, info, &encrypted, &plain);
    if (status == TRUSTSTORE_OK)
        *ret = (struct der_span){plain.data, plain.data + plain.size};
    return status;
}

static enum truststore_status take_safe(struct pkcs12_walk *w, struct der_span *safes)
{
    struct der info = {0}, oid, value, bags;
    struct der_span safe = {0};
    enum truststore_status status = take_info(w, safes, "a safe", &info, &oid, &value);
    if (status != TRUSTSTORE_OK)
        return status;
    bool sealed = IS(&oid, OID_ENCRYPTED);
    status = sealed ? take_sealed(w, &info, &value, &safe)
                    : data_of(w, &info, &oid, &value, "a safe", &safe);
    w->sealed_at = sealed ? info.start : NULL;
    if (status == TRUSTSTORE_OK)
        status = walk_take(w, &safe, DER_TAG_SEQUENCE, "the bags of a safe", &bags);
    if (status == TRUSTSTORE_OK && !der_end(&safe))
        status = walk_garbled(w, safe.at, "bytes behind the bags of a safe");
    for (w->first = true; status == TRUSTSTORE_OK && !der_end(&bags.content); w->first = false)
        status = walk_bag(w, &bags.content);
    w->sealed_at = NULL;
    w->safe++;
    return status;
}

static enum truststore_status take_safes(struct pkcs12_walk *w, struct der_span content)
{
    struct der safes;
    enum truststore_status status = walk_take(w, &content, DER_TAG_SEQUENCE, "the safes", &safes);
    if (status == TRUSTSTORE_OK && !der_end(&content))
        status = walk_garbled(w, content.at, "bytes behind the safes");
    while (status == TRUSTSTORE_OK && !der_end(&safes.content))
        status = take_safe(w, &safes.content);
    w->store->safes = w->safe;
    return status;
}

static bool same_key_id(const struct truststore_entry *a, const struct truststore_entry *b)
{
    return a->key_id != NULL && b->key_id != NULL && a->key_id_size == b->key_id_size &&
           memcmp(a->key_id, b->key_id, a->key_id_size) == 0;
}

/* Java trusts the first certificate of a key's chain too. It takes the last certificate without the
 * trust attribute that has the key's localKeyID, one that has its name as well before all others,
 * and failing that the last with its name. */
static const struct truststore_entry *first_of_chain(const struct truststore *store,
                                                     const struct truststore_entry *key)
{
    const struct truststore_entry *by_id = NULL, *by_name = NULL;
    for (size_t i = 0; i < store->count; i++) {
        const struct truststore_entry *entry = &store->entries[i];
        if (entry->kind != TRUSTSTORE_CERTIFICATE || entry->named)
            continue;
        bool id = same_key_id(key, entry);
        bool name = !entry->nameless && strcmp(key->folded, entry->folded) == 0;
        if (id && name)
            return entry;
        if (id)
            by_id = entry;
        else if (name)
            by_name = entry;
    }
    return by_id != NULL ? by_id : by_name;
}

static void pair_keys(struct truststore *store)
{
    for (size_t i = 0; i < store->count; i++) {
        struct truststore_entry *key = &store->entries[i];
        const struct truststore_entry *first = key->has_chain ? first_of_chain(store, key) : NULL;
        if (first == NULL)
            continue;
        key->der = first->der;
        key->der_size = first->der_size;
        memcpy(key->sha256, first->sha256, sizeof key->sha256);
        key->flaw = NULL;
        key->sealed = key->in_sealed || first->in_sealed;
    }
}

enum truststore_status pkcs12_parse(struct truststore *store, struct truststore_error *error)
{
    struct pkcs12_walk w = {.store = store, .error = error};
    struct der_span file = {store->data, store->data + store->size};
    struct der pfx, version, info = {0}, oid, value, mac = {0};
    enum truststore_status status =
        walk_take(&w, &file, DER_TAG_SEQUENCE, "the whole is longer than the file", &pfx);
    if (status == TRUSTSTORE_OK)
        status = walk_take(&w, &pfx.content, DER_TAG_INTEGER, "the version", &version);
    if (status == TRUSTSTORE_OK)
        status = take_info(&w, &pfx.content, "the contents", &info, &oid, &value);
    if (status == TRUSTSTORE_OK)
        status = data_of(&w, &info, &oid, &value, "the contents", &w.content);
    if (status == TRUSTSTORE_OK && !der_end(&pfx.content))
        status = walk_take(&w, &pfx.content, DER_TAG_SEQUENCE, "the MAC", &mac);
    if (status == TRUSTSTORE_OK && !der_end(&pfx.content))
        status = walk_garbled(&w, pfx.content.at, "bytes behind the MAC");
    w.has_mac = mac.start != NULL;
    if (status == TRUSTSTORE_OK && w.has_mac)
        status = pkcs12_mac_read(store, &mac, &w.sum, error);
    if (status != TRUSTSTORE_OK)
        return status;
    store->trailing = der_size(&file);
    status = take_safes(&w, w.content);
    if (status == TRUSTSTORE_OK)
        status = check_mac(&w);
    if (status == TRUSTSTORE_OK)
        pair_keys(store);
    return status;
}

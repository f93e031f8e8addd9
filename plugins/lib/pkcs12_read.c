/*
 * Reading PKCS#12 whose certificates are not encrypted, as sun.security.pkcs12.PKCS12KeyStore does:
 *
 *   PFX  { INTEGER 3, ContentInfo { data, [0] OCTET STRING of safes }, MacData? }
 *   safe   ContentInfo { data, [0] OCTET STRING of bags }
 *   bag  { OID, [0] value, SET of attributes? }
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pkcs12.h"
#include "pkcs12_oid.h"

static const char *const text_untrusted =
    "it lacks the attribute that makes Java trust a certificate in PKCS#12 "
    "(2.16.840.1.113894.746875.1.1)";

/* One parse. */
struct walk {
    struct truststore *store;
    struct truststore_error *error;
    size_t safe;
    unsigned unnamed; /* Java numbers entries without a name */
};

struct bag {
    struct der_span name; /* content of the BMPString; at is NULL when there is none */
    struct der_span key_id;
    bool trusted;
};

static enum truststore_status garbled(const struct walk *w, const unsigned char *at,
                                      const char *what)
{
    size_t offset = (size_t)(at - w->store->data);
    return truststore_fail(w->error, TRUSTSTORE_BROKEN, offset,
                           "it is cut off, garbled or not in DER at byte %zu: %s", offset, what);
}

static enum truststore_status take(struct walk *w, struct der_span *span, unsigned tag,
                                   const char *what, struct der *ret)
{
    return der_expect(span, tag, ret) ? TRUSTSTORE_OK : garbled(w, span->at, what);
}

/* { OID, [0] { one element } }: the shape of a ContentInfo, a bag and a CertBag. */
static enum truststore_status take_typed(struct walk *w, struct der_span *span, const char *what,
                                         struct der *ret_oid, struct der *ret_value)
{
    struct der wrapper;
    enum truststore_status status = take(w, span, DER_TAG_OID, what, ret_oid);
    if (status == TRUSTSTORE_OK)
        status = take(w, span, DER_TAG_CONTEXT_0, what, &wrapper);
    if (status == TRUSTSTORE_OK && !der_next(&wrapper.content, ret_value))
        status = garbled(w, wrapper.content.at, what);
    return status;
}

/* Base-128 numbers, each without a leading zero digit and with an end. */
static bool is_oid(const struct der *value)
{
    bool first = true;
    for (const unsigned char *at = value->content.at; at < value->content.end; at++) {
        if (first && *at == 0x80)
            return false;
        first = (*at & 0x80) == 0;
    }
    return value->tag == DER_TAG_OID && !der_end(&value->content) && first;
}

/* Java takes every value for an OID: the uses that the certificate is trusted for. */
static enum truststore_status take_uses(struct walk *w, struct der_span values, struct bag *bag)
{
    while (!der_end(&values)) {
        struct der value;
        if (!der_next(&values, &value) || !is_oid(&value))
            return garbled(w, values.at,
                           "a trust attribute whose value is no OID, for which Java refuses the "
                           "store");
    }
    bag->trusted = true;
    return TRUSTSTORE_OK;
}

static enum truststore_status take_attribute(struct walk *w, struct der_span *set, struct bag *bag)
{
    struct der attribute, oid, values, value;
    enum truststore_status status = take(w, set, DER_TAG_SEQUENCE, "an attribute", &attribute);
    if (status == TRUSTSTORE_OK)
        status = take(w, &attribute.content, DER_TAG_OID, "an attribute's name", &oid);
    if (status == TRUSTSTORE_OK)
        status = take(w, &attribute.content, DER_TAG_SET, "an attribute's values", &values);
    if (status != TRUSTSTORE_OK)
        return status;
    if (!der_end(&attribute.content))
        return garbled(w, attribute.content.at, "bytes behind an attribute's values");
    struct der_span all = values.content;
    if (!der_next(&values.content, &value))
        return garbled(w, values.start, "an attribute without a value");
    if (IS(&oid, OID_NAME)) {
        if (value.tag != DER_TAG_BMP || der_size(&value.content) % 2 != 0)
            return garbled(w, value.start,
                           "a friendlyName that is no BMPString, for which Java refuses the store");
        bag->name = value.content;
    } else if (IS(&oid, OID_KEY_ID)) {
        if (value.tag != DER_TAG_OCTETS)
            return garbled(w, value.start, "a localKeyID that is no OCTET STRING");
        bag->key_id = value.content;
    } else if (IS(&oid, OID_TRUSTED)) {
        return take_uses(w, all, bag);
    }
    return TRUSTSTORE_OK;
}

static enum truststore_status take_attributes(struct walk *w, struct der_span *body,
                                              struct bag *bag)
{
    struct der set;
    if (der_end(body))
        return TRUSTSTORE_OK;
    enum truststore_status status = take(w, body, DER_TAG_SET, "the attributes", &set);
    while (status == TRUSTSTORE_OK && !der_end(&set.content))
        status = take_attribute(w, &set.content, bag);
    if (status == TRUSTSTORE_OK && !der_end(body))
        status = garbled(w, body->at, "bytes behind the attributes");
    return status;
}

static enum truststore_status take_certificate(struct walk *w, const struct der *value,
                                               struct truststore_entry *entry)
{
    struct der oid, octets;
    struct der_span body = value->content;
    if (value->tag != DER_TAG_SEQUENCE)
        return garbled(w, value->start, "a certificate");
    enum truststore_status status = take_typed(w, &body, "a certificate", &oid, &octets);
    if (status == TRUSTSTORE_OK && !der_end(&body))
        status = garbled(w, body.at, "bytes behind a certificate");
    if (status != TRUSTSTORE_OK)
        return status;
    size_t size = octets.tag == DER_TAG_OCTETS
                      ? truststore_der_block(octets.content.at, der_size(&octets.content))
                      : 0;
    if (size == 0 || !IS(&oid, OID_X509))
        return garbled(w, octets.start,
                       "a certificate that does not decode, for which Java refuses the store");
    entry->kind = TRUSTSTORE_CERTIFICATE;
    entry->der = octets.content.at;
    entry->der_size = size;
    return TRUSTSTORE_OK;
}

/* Java drops a key without a localKeyID but for one case, and then pairs it by guess. */
static enum truststore_status take_key(struct walk *w, const struct der *bag_element,
                                       const struct bag *bag, struct truststore_entry *entry)
{
    if (bag->key_id.at == NULL)
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED,
                               (size_t)(bag_element->start - w->store->data),
                               "it holds a private key without a localKeyID: keep keys in a store "
                               "of their own");
    entry->kind = TRUSTSTORE_KEY;
    entry->flaw = "it is a key without a certificate";
    entry->named = true;
    entry->key_id = bag->key_id.at;
    entry->key_id_size = der_size(&bag->key_id);
    return TRUSTSTORE_OK;
}

static int bag_kind(const struct der *oid)
{
    size_t size = sizeof OID_BAG - 1;
    if (der_size(&oid->content) != size + 1 || memcmp(oid->content.at, OID_BAG, size) != 0)
        return 0;
    return oid->content.at[size];
}

/* The name under which Java files the entry. */
static enum truststore_status name_of(struct walk *w, const struct bag *bag, bool named,
                                      struct jks_alias *ret)
{
    char number[12] = "";
    int rc;
    if (bag->name.at != NULL) {
        rc = jks_alias_from_utf16be(bag->name.at, der_size(&bag->name), ret);
    } else {
        if (named)
            (void)snprintf(number, sizeof number, "%u", ++w->unnamed);
        rc = jks_alias_from_utf8(number, ret);
    }
    return rc == 0 ? TRUSTSTORE_OK : truststore_no_memory(w->error);
}

static enum truststore_status take_bag(struct walk *w, struct der_span *bags)
{
    struct der element, oid, value;
    struct bag bag = {0};
    enum truststore_status status = take(w, bags, DER_TAG_SEQUENCE, "a bag", &element);
    if (status != TRUSTSTORE_OK)
        return status;
    struct der_span body = element.content;
    struct truststore_entry entry = {
        .kind = TRUSTSTORE_OTHER,
        .raw = element.start,
        .raw_size = element.size,
        .flaw = "it is no certificate",
        .safe = w->safe,
    };
    status = take_typed(w, &body, "a bag", &oid, &value);
    if (status == TRUSTSTORE_OK)
        status = take_attributes(w, &body, &bag);
    if (status != TRUSTSTORE_OK)
        return status;
    int kind = bag_kind(&oid);
    if (kind == BAG_CERTIFICATE) {
        status = take_certificate(w, &value, &entry);
        entry.named = bag.trusted;
        entry.key_id = bag.key_id.at;
        entry.key_id_size = bag.key_id.at == NULL ? 0 : der_size(&bag.key_id);
        entry.flaw = bag.trusted ? NULL : text_untrusted;
    } else if (kind == BAG_SHROUDED_KEY || kind == BAG_SECRET) {
        status = take_key(w, &element, &bag, &entry);
    }
    struct jks_alias name = {0};
    if (status == TRUSTSTORE_OK)
        status = name_of(w, &bag, entry.named, &name);
    if (status == TRUSTSTORE_OK && !truststore_append(w->store, &entry, &name))
        status = truststore_no_memory(w->error);
    jks_alias_free(&name);
    return status;
}

/* For the message: EncryptedData { INTEGER, { OID data, { OID of the cipher, ... } } }. */
static const char *cipher_of(const struct der *encrypted)
{
    struct der_span body = encrypted->content;
    struct der info, algorithm, oid;
    if (!der_expect(&body, DER_TAG_INTEGER, &info) || !der_expect(&body, DER_TAG_SEQUENCE, &info) ||
        !der_expect(&info.content, DER_TAG_OID, &oid) ||
        !der_expect(&info.content, DER_TAG_SEQUENCE, &algorithm) ||
        !der_expect(&algorithm.content, DER_TAG_OID, &oid))
        return "garbled";
    return IS(&oid, OID_PBES2) ? "PBES2" : IS(&oid, OID_RC2_40) ? "40-bit RC2" : "another cipher";
}

/* The content of ContentInfo { data, [0] OCTET STRING }. */
static enum truststore_status take_data(struct walk *w, struct der_span *span, const char *what,
                                        struct der_span *ret)
{
    struct der info, oid, value;
    enum truststore_status status = take(w, span, DER_TAG_SEQUENCE, what, &info);
    if (status == TRUSTSTORE_OK)
        status = take_typed(w, &info.content, what, &oid, &value);
    if (status != TRUSTSTORE_OK)
        return status;
    size_t offset = (size_t)(info.start - w->store->data);
    if (IS(&oid, OID_ENCRYPTED))
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED, offset,
                               "its certificates are encrypted (%s): a JVM that opens it without a "
                               "password silently trusts none of them; convert it: keytool "
                               "-importkeystore -srckeystore OLD -destkeystore NEW -deststoretype "
                               "PKCS12 -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE "
                               "-J-Dkeystore.pkcs12.macAlgorithm=NONE",
                               cipher_of(&value));
    if (!IS(&oid, OID_DATA))
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED, offset,
                               "it holds a part at byte %zu that is neither plain nor encrypted "
                               "data (signed or sealed for a public key), which Java does not take",
                               offset);
    if (value.tag != DER_TAG_OCTETS || !der_end(&info.content))
        return garbled(w, value.start, what);
    *ret = value.content;
    return TRUSTSTORE_OK;
}

static enum truststore_status take_safes(struct walk *w, struct der_span *content)
{
    struct der safes, bags;
    enum truststore_status status = take(w, content, DER_TAG_SEQUENCE, "the safes", &safes);
    if (status == TRUSTSTORE_OK && !der_end(content))
        status = garbled(w, content->at, "bytes behind the safes");
    while (status == TRUSTSTORE_OK && !der_end(&safes.content)) {
        struct der_span safe;
        status = take_data(w, &safes.content, "a safe", &safe);
        if (status == TRUSTSTORE_OK)
            status = take(w, &safe, DER_TAG_SEQUENCE, "the bags of a safe", &bags);
        if (status == TRUSTSTORE_OK && !der_end(&safe))
            status = garbled(w, safe.at, "bytes behind the bags of a safe");
        while (status == TRUSTSTORE_OK && !der_end(&bags.content))
            status = take_bag(w, &bags.content);
        w->safe++;
    }
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
        bool id = same_key_id(key, entry), name = strcmp(key->folded, entry->folded) == 0;
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
        const struct truststore_entry *first =
            key->kind == TRUSTSTORE_KEY ? first_of_chain(store, key) : NULL;
        if (first == NULL)
            continue;
        key->der = first->der;
        key->der_size = first->der_size;
        memcpy(key->sha256, first->sha256, sizeof key->sha256);
        key->flaw = NULL;
    }
}

enum truststore_status pkcs12_parse(struct truststore *store, struct truststore_error *error)
{
    struct walk w = {.store = store, .error = error};
    struct der_span file = {store->data, store->data + store->size};
    struct der_span content = {0}, sum = {0};
    struct der pfx, version, mac = {0};
    enum truststore_status status =
        take(&w, &file, DER_TAG_SEQUENCE, "the whole is longer than the file", &pfx);
    if (status == TRUSTSTORE_OK)
        status = take(&w, &pfx.content, DER_TAG_INTEGER, "the version", &version);
    if (status == TRUSTSTORE_OK)
        status = take_data(&w, &pfx.content, "the contents", &content);
    if (status == TRUSTSTORE_OK && !der_end(&pfx.content))
        status = take(&w, &pfx.content, DER_TAG_SEQUENCE, "the MAC", &mac);
    if (status == TRUSTSTORE_OK && !der_end(&pfx.content))
        status = garbled(&w, pfx.content.at, "bytes behind the MAC");
    if (status != TRUSTSTORE_OK)
        return status;
    store->trailing = der_size(&file);
    struct der_span safes = content;
    status = take_safes(&w, &safes);
    if (status == TRUSTSTORE_OK && mac.start != NULL)
        status = pkcs12_mac_read(store, &mac, &sum, error);
    if (status == TRUSTSTORE_OK && mac.start != NULL)
        status = pkcs12_mac_check(store, &content, &sum, error);
    if (status == TRUSTSTORE_OK)
        pair_keys(store);
    return status;
}

/*
 * The bags of a PKCS#12 safe, each { OID, [0] value, SET of attributes? }, as Java takes them.
 */
#include <stdio.h>
#include <string.h>

#include "java_der_values.h"
#include "pkcs12_oid.h"
#include "pkcs12_walk.h"

static const char *const text_untrusted =
    "it lacks the attribute that makes Java trust a certificate in PKCS#12 "
    "(2.16.840.1.113894.746875.1.1)";

enum { MOST_DEPTH = 16 };

struct bag {
    struct der_span name; /* content of the BMPString; at is NULL when there is none */
    struct der_span key_id;
    bool trusted;
};

size_t walk_offset(const struct pkcs12_walk *w, const unsigned char *at)
{
    return (size_t)((w->sealed_at != NULL ? w->sealed_at : at) - w->store->data);
}

enum truststore_status walk_garbled(const struct pkcs12_walk *w, const unsigned char *at,
                                    const char *what)
{
    size_t offset = walk_offset(w, at);
    return truststore_fail(w->error, TRUSTSTORE_BROKEN,
                           "it is cut off, garbled or not in DER %s byte %zu: %s",
                           w->sealed_at != NULL ? "in the encrypted part at" : "at", offset, what);
}

enum truststore_status walk_take(struct pkcs12_walk *w, struct der_span *span, unsigned tag,
                                 const char *what, struct der *ret)
{
    return der_expect(span, tag, ret) ? TRUSTSTORE_OK : walk_garbled(w, span->at, what);
}

static enum truststore_status take_oid(struct pkcs12_walk *w, struct der_span *span,
                                       const char *what, struct der *ret)
{
    const unsigned char *start = span->at;
    enum truststore_status status = walk_take(w, span, DER_TAG_OID, what, ret);
    return status == TRUSTSTORE_OK && !java_takes_oid(ret) ? walk_garbled(w, start, what) : status;
}

enum truststore_status walk_typed(struct pkcs12_walk *w, struct der_span *span, const char *what,
                                  struct der *ret_oid, struct der *ret_value)
{
    struct der wrapper;
    enum truststore_status status = take_oid(w, span, what, ret_oid);
    if (status == TRUSTSTORE_OK)
        status = walk_take(w, span, DER_TAG_CONTEXT_0, what, &wrapper);
    if (status == TRUSTSTORE_OK &&
        (!der_next(&wrapper.content, ret_value) || !der_end(&wrapper.content)))
        status = walk_garbled(w, wrapper.content.at, what);
    return status;
}

/* Java takes every value for an OID: the uses that the certificate is trusted for. */
static enum truststore_status take_uses(struct pkcs12_walk *w, struct der_span values,
                                        struct bag *bag)
{
    while (!der_end(&values)) {
        struct der value;
        if (!der_next(&values, &value) || !java_takes_oid(&value))
            return walk_garbled(
                w, values.at,
                "a trust attribute whose value is no OID, for which Java refuses the "
                "store");
    }
    bag->trusted = true;
    return TRUSTSTORE_OK;
}

static enum truststore_status take_attribute(struct pkcs12_walk *w, struct der_span *set,
                                             struct bag *bag)
{
    struct der attribute, oid, values, value;
    enum truststore_status status = walk_take(w, set, DER_TAG_SEQUENCE, "an attribute", &attribute);
    if (status == TRUSTSTORE_OK)
        status = take_oid(w, &attribute.content, "an attribute's name", &oid);
    if (status == TRUSTSTORE_OK)
        status = walk_take(w, &attribute.content, DER_TAG_SET, "an attribute's values", &values);
    if (status != TRUSTSTORE_OK)
        return status;
    if (!der_end(&attribute.content))
        return walk_garbled(w, attribute.content.at, "bytes behind an attribute's values");
    struct der_span all = values.content;
    if (!der_next(&values.content, &value))
        return walk_garbled(w, values.start, "an attribute without a value");
    if (!java_takes_elements(all, MOST_DEPTH))
        return walk_garbled(w, values.start, "an attribute's values");
    if (IS(&oid, OID_NAME)) {
        if (value.tag != DER_TAG_BMP || der_size(&value.content) % 2 != 0)
            return walk_garbled(
                w, value.start,
                "a friendlyName that is no BMPString, for which Java refuses the store");
        bag->name = value.content;
    } else if (IS(&oid, OID_KEY_ID)) {
        if (value.tag != DER_TAG_OCTETS)
            return walk_garbled(w, value.start, "a localKeyID that is no OCTET STRING");
        bag->key_id = value.content;
    } else if (IS(&oid, OID_TRUSTED)) {
        return take_uses(w, all, bag);
    }
    return TRUSTSTORE_OK;
}

static enum truststore_status take_attributes(struct pkcs12_walk *w, struct der_span *body,
                                              struct bag *bag)
{
    struct der set;
    if (der_end(body))
        return TRUSTSTORE_OK;
    enum truststore_status status = walk_take(w, body, DER_TAG_SET, "the attributes", &set);
    while (status == TRUSTSTORE_OK && !der_end(&set.content))
        status = take_attribute(w, &set.content, bag);
    if (status == TRUSTSTORE_OK && !der_end(body))
        status = walk_garbled(w, body->at, "bytes behind the attributes");
    return status;
}

static enum truststore_status take_bag_certificate(struct pkcs12_walk *w, const struct der *value,
                                                   struct truststore_entry *entry)
{
    struct der oid, octets;
    struct der_span body = value->content;
    if (value->tag != DER_TAG_SEQUENCE)
        return walk_garbled(w, value->start, "a certificate");
    enum truststore_status status = walk_typed(w, &body, "a certificate", &oid, &octets);
    if (status == TRUSTSTORE_OK && !der_end(&body))
        status = walk_garbled(w, body.at, "bytes behind a certificate");
    if (status != TRUSTSTORE_OK)
        return status;
    size_t size = octets.tag == DER_TAG_OCTETS
                      ? truststore_der_block(octets.content.at, der_size(&octets.content))
                      : 0;
    if (size == 0 || !IS(&oid, OID_X509))
        return walk_garbled(
            w, octets.start,
            "a certificate that is not in DER: Java refuses the store for it, or trusts "
            "another one");
    entry->kind = TRUSTSTORE_CERTIFICATE;
    entry->der = octets.content.at;
    entry->der_size = size;
    return TRUSTSTORE_OK;
}

/* Java drops a private key without a localKeyID but for one case, and then pairs it by guess. */
static enum truststore_status take_bag_key(struct pkcs12_walk *w, unsigned kind,
                                           const struct bag *bag, struct truststore_entry *entry)
{
    entry->has_chain = kind == BAG_SHROUDED_KEY;
    w->keys += entry->has_chain;
    if (bag->key_id.at == NULL)
        return truststore_fail(w->error, TRUSTSTORE_UNSUPPORTED,
                               "it holds a private key without a localKeyID: keep keys in a store "
                               "of their own");
    entry->kind = TRUSTSTORE_KEY;
    entry->flaw = "it is a key without a certificate";
    entry->named = true;
    entry->key_id = bag->key_id.at;
    entry->key_id_size = der_size(&bag->key_id);
    return TRUSTSTORE_OK;
}

/* The name under which Java files the entry. */
static void put_name(struct pkcs12_walk *w, const struct bag *bag, bool named, struct bytes *out)
{
    char number[12] = "";
    if (bag->name.at != NULL) {
        jks_alias_from_utf16be(bag->name.at, der_size(&bag->name), out);
    } else if (named) {
        (void)snprintf(number, sizeof number, "%u", ++w->unnamed);
        for (const char *at = number; *at != '\0'; at++)
            bytes_u16(out, (unsigned char)*at);
    }
}

/* Java takes the first certificate of a safe for that of the store's first private key, and gives
 * it the localKeyID "01" when it has none. */
static void set_key_id(const struct pkcs12_walk *w, const struct bag *bag,
                       struct truststore_entry *entry)
{
    static const unsigned char by_default[] = {'0', '1'};
    entry->key_id = bag->key_id.at;
    entry->key_id_size = bag->key_id.at == NULL ? 0 : der_size(&bag->key_id);
    if (bag->key_id.at != NULL || !w->first || w->keys != 1)
        return;
    entry->key_id = by_default;
    entry->key_id_size = sizeof by_default;
}

enum truststore_status walk_bag(struct pkcs12_walk *w, struct der_span *bags)
{
    struct der element, oid, value;
    struct bag bag = {0};
    enum truststore_status status = walk_take(w, bags, DER_TAG_SEQUENCE, "a bag", &element);
    if (status != TRUSTSTORE_OK)
        return status;
    struct der_span body = element.content;
    struct truststore_entry entry = {
        .kind = TRUSTSTORE_OTHER,
        .raw = element.start,
        .raw_size = element.size,
        .flaw = "it is no certificate",
        .safe = w->safe,
        .sealed = w->sealed_at != NULL,
        .in_sealed = w->sealed_at != NULL,
    };
    status = walk_typed(w, &body, "a bag", &oid, &value);
    if (status == TRUSTSTORE_OK)
        status = take_attributes(w, &body, &bag);
    if (status != TRUSTSTORE_OK)
        return status;
    unsigned kind = LAST(&oid, OID_BAG);
    entry.nameless = bag.name.at == NULL;
    if (kind == BAG_CERTIFICATE) {
        status = take_bag_certificate(w, &value, &entry);
        entry.named = bag.trusted;
        set_key_id(w, &bag, &entry);
        entry.flaw = bag.trusted ? NULL : text_untrusted;
    } else if (kind == BAG_SHROUDED_KEY || kind == BAG_SECRET) {
        status = take_bag_key(w, kind, &bag, &entry);
    }
    if (status != TRUSTSTORE_OK)
        return status;
    struct bytes name = {0};
    put_name(w, &bag, entry.named, &name);
    bool appended = truststore_append(w->store, &entry, &name);
    bytes_free(&name);
    return appended ? TRUSTSTORE_OK : truststore_no_memory(w->error);
}

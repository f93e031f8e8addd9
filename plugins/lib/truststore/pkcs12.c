/* Writing PKCS#12: a new bag, and the whole store around its bags. */
#include "pkcs12.h"

#include <string.h>

#include "pkcs12_oid.h"

/* One value in its attribute: { OID, SET { value } }. */
static void put_attribute(struct bytes *out, const char *oid, size_t oid_size, unsigned tag,
                          const void *value, size_t size)
{
    struct bytes set = {0}, body = {0};
    der_put(&set, tag, value, size);
    der_put(&body, DER_TAG_OID, oid, oid_size);
    der_put(&body, DER_TAG_SET, set.data, set.size);
    der_put(out, DER_TAG_SEQUENCE, body.data, body.size);
    out->failed = out->failed || set.failed || body.failed;
    bytes_free(&set);
    bytes_free(&body);
}

/* { OID, [0] { OCTET STRING } }: a CertBag and a ContentInfo, without the SEQUENCE around. */
static void put_typed(struct bytes *out, const char *oid, size_t oid_size, const void *octets,
                      size_t size)
{
    struct bytes value = {0};
    der_put(&value, DER_TAG_OCTETS, octets, size);
    der_put(out, DER_TAG_OID, oid, oid_size);
    der_put(out, DER_TAG_CONTEXT_0, value.data, value.size);
    out->failed = out->failed || value.failed;
    bytes_free(&value);
}

static void wrap_element(struct bytes *out, unsigned tag, struct bytes *inner)
{
    der_put(out, tag, inner->data, inner->size);
    out->failed = out->failed || inner->failed;
    bytes_free(inner);
}

/* Byte for byte as keytool writes it: friendlyName first, then the attribute that makes it trusted.
 */
static void pkcs12_make(const struct truststore *store, const struct truststore_entry *entry,
                        struct bytes *out)
{
    (void)store;
    struct bytes cert = {0}, bag = {0}, whole = {0}, name = {0}, attributes = {0};
    put_typed(&cert, OID_X509, sizeof OID_X509 - 1, entry->der, entry->der_size);
    wrap_element(&bag, DER_TAG_SEQUENCE, &cert);
    der_put(&whole, DER_TAG_OID, OID_BAG "\x03", sizeof OID_BAG);
    wrap_element(&whole, DER_TAG_CONTEXT_0, &bag);
    for (const char *at = entry->name; *at != '\0'; at++)
        bytes_u16(&name, (unsigned char)*at);
    put_attribute(&attributes, OID_NAME, sizeof OID_NAME - 1, DER_TAG_BMP, name.data, name.size);
    put_attribute(&attributes, OID_TRUSTED, sizeof OID_TRUSTED - 1, DER_TAG_OID, OID_ANY_USAGE,
                  sizeof OID_ANY_USAGE - 1);
    wrap_element(&whole, DER_TAG_SET, &attributes);
    whole.failed = whole.failed || name.failed;
    bytes_free(&name);
    wrap_element(out, DER_TAG_SEQUENCE, &whole);
}

static const struct truststore_sealed *find_sealed(const struct truststore *store, size_t safe)
{
    for (size_t i = 0; i < store->sealed_count; i++)
        if (store->sealed[i].safe == safe)
            return &store->sealed[i];
    return NULL;
}

/* An encrypted safe: the bytes that were read when its bags are what they were. */
static enum truststore_status put_sealed(const struct truststore *store,
                                         const struct truststore_sealed *sealed,
                                         const struct bytes *bags, struct bytes *out,
                                         struct truststore_error *error)
{
    if (bags->size == sealed->plain_size &&
        memcmp(bags->data, sealed->plain, sealed->plain_size) == 0) {
        bytes_add(out, sealed->raw, sealed->raw_size);
        return TRUSTSTORE_OK;
    }
    struct bytes value = {0}, info = {0};
    enum truststore_status status = pkcs12_encrypt(store, sealed, bags, &value, error);
    PUT_OID(&info, OID_ENCRYPTED);
    wrap_element(&info, DER_TAG_CONTEXT_0, &value);
    wrap_element(out, DER_TAG_SEQUENCE, &info);
    return status;
}

/* All safes, from the bags: as each length is in its shortest form, a safe that was not edited
 * comes out as it went in. */
static enum truststore_status put_safes(const struct truststore *store, struct bytes *out,
                                        struct truststore_error *error)
{
    enum truststore_status status = TRUSTSTORE_OK;
    struct bytes safes = {0};
    size_t next = 0;
    for (size_t safe = 0; safe < store->safes && status == TRUSTSTORE_OK; safe++) {
        const struct truststore_sealed *sealed = find_sealed(store, safe);
        struct bytes bags = {0}, sequence = {0}, info = {0};
        for (; next < store->count && store->entries[next].safe == safe; next++)
            truststore_put(store, &store->entries[next], &bags);
        wrap_element(&sequence, DER_TAG_SEQUENCE, &bags);
        if (sequence.failed) {
            safes.failed = true;
        } else if (sealed != NULL) {
            status = put_sealed(store, sealed, &sequence, &safes, error);
        } else {
            put_typed(&info, OID_DATA, sizeof OID_DATA - 1, sequence.data, sequence.size);
            wrap_element(&safes, DER_TAG_SEQUENCE, &info);
        }
        bytes_free(&sequence);
    }
    wrap_element(out, DER_TAG_SEQUENCE, &safes);
    return status;
}

static enum truststore_status pkcs12_write(const struct truststore *store, struct bytes *out,
                                           struct truststore_error *error)
{
    struct bytes safes = {0}, info = {0}, pfx = {0};
    enum truststore_status status = put_safes(store, &safes, error);
    put_typed(&info, OID_DATA, sizeof OID_DATA - 1, safes.data, safes.size);
    der_put(&pfx, DER_TAG_INTEGER, "\x03", 1);
    wrap_element(&pfx, DER_TAG_SEQUENCE, &info);
    if (status == TRUSTSTORE_OK && store->mac.algorithm != NULL && !safes.failed)
        status = pkcs12_mac_write(store, safes.data, safes.size, &pfx, error);
    pfx.failed = pfx.failed || safes.failed;
    bytes_free(&safes);
    struct bytes whole = {0};
    wrap_element(&whole, DER_TAG_SEQUENCE, &pfx);
    if (status == TRUSTSTORE_OK) {
        bytes_add(out, whole.data, whole.size);
        if (whole.failed || out->failed)
            status = truststore_no_memory(error);
    }
    bytes_free(&whole);
    return status;
}

const struct truststore_ops truststore_pkcs12_ops = {
    .parse = pkcs12_parse,
    .make = pkcs12_make,
    .write = pkcs12_write,
    .files_alias_unfolded = false,
};

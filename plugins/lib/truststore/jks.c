/* JKS and JCEKS: sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "truststore_forms.h"

enum {
    MAGIC_JKS = 0xFEEDFEED,
    MAGIC_JCEKS = 0xCECECECE,
    TAG_KEY = 1,
    TAG_CERTIFICATE = 2,
    TAG_SECRET = 3,
    HEADER_SIZE = 12,
    LEAST_ENTRY = 4 + 2 + 8 + 4, /* tag, alias, date, length */
    LEAST_CERTIFICATE = 4
};

struct reader {
    struct truststore *store;
    struct truststore_error *error;
    const unsigned char *data;
    size_t size, at;
    uint32_t entry, entries; /* for messages, from 1 */
};

static enum truststore_status cut_off(const struct reader *r, size_t need, const char *what)
{
    return truststore_fail(r->error, TRUSTSTORE_BROKEN,
                           "it is cut off or garbled at byte %zu, entry %u of %u: %s takes %zu "
                           "bytes and %zu are left",
                           r->at, r->entry, r->entries, what, need, r->size - r->at);
}

static enum truststore_status fail_garbled(const struct reader *r, size_t at, const char *what)
{
    return truststore_fail(r->error, TRUSTSTORE_BROKEN,
                           "it is garbled at byte %zu, entry %u of %u: %s", at, r->entry,
                           r->entries, what);
}

static enum truststore_status take_bytes(struct reader *r, size_t size, const char *what,
                                         const unsigned char **ret)
{
    if (size > r->size - r->at)
        return cut_off(r, size, what);
    *ret = r->data + r->at;
    r->at += size;
    return TRUSTSTORE_OK;
}

static uint64_t big_endian(const unsigned char *data, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | data[i];
    return value;
}

static enum truststore_status take_number(struct reader *r, size_t size, const char *what,
                                          uint64_t *ret)
{
    const unsigned char *raw = NULL;
    enum truststore_status status = take_bytes(r, size, what, &raw);
    if (status == TRUSTSTORE_OK)
        *ret = big_endian(raw, size);
    return status;
}

/* A length of `size` bytes and what it counts. */
static enum truststore_status take_counted(struct reader *r, size_t size, const char *what,
                                           const unsigned char **ret, size_t *ret_size)
{
    uint64_t length = 0;
    enum truststore_status status = take_number(r, size, "a length", &length);
    if (status == TRUSTSTORE_OK)
        status = take_bytes(r, (size_t)length, what, ret);
    if (status == TRUSTSTORE_OK)
        *ret_size = (size_t)length;
    return status;
}

static enum truststore_status take_alias(struct reader *r, struct bytes *out)
{
    const unsigned char *raw = NULL;
    size_t size = 0, bad = 0;
    enum truststore_status status = take_counted(r, 2, "the alias", &raw, &size);
    if (status != TRUSTSTORE_OK)
        return status;
    if (!jks_alias_from_modified_utf8(raw, size, out, &bad))
        return fail_garbled(
            r, r->at - size + bad,
            "the alias is no modified UTF-8, and Java refuses the whole store for it");
    return TRUSTSTORE_OK;
}

static enum truststore_status take_jks_certificate(struct reader *r, const unsigned char **ret,
                                                   size_t *ret_size)
{
    const unsigned char *type = NULL, *der = NULL;
    size_t type_size = 0, der_size = 0;
    enum truststore_status status = TRUSTSTORE_OK;
    if (r->store->version == 2) {
        status = take_counted(r, 2, "the certificate's type", &type, &type_size);
        if (status == TRUSTSTORE_OK && !(type_size == 5 && memcmp(type, "X.509", 5) == 0) &&
            !(type_size == 4 && memcmp(type, "X509", 4) == 0))
            status = fail_garbled(r, r->at - type_size, "the certificate's type is not X.509");
    }
    if (status == TRUSTSTORE_OK)
        status = take_counted(r, 4, "the certificate", &der, &der_size);
    if (status != TRUSTSTORE_OK)
        return status;
    size_t block = truststore_der_block(der, der_size);
    if (block == 0)
        return fail_garbled(
            r, r->at - der_size,
            "the certificate is not in DER: Java refuses the whole store for it, or "
            "trusts another one");
    *ret = der;
    *ret_size = block;
    return TRUSTSTORE_OK;
}

static enum truststore_status take_chain(struct reader *r, size_t count,
                                         struct truststore_entry *entry)
{
    enum truststore_status status = TRUSTSTORE_OK;
    entry->chain = calloc(count, sizeof *entry->chain);
    if (entry->chain == NULL)
        return truststore_no_memory(r->error);
    entry->chain_count = count;
    for (size_t i = 0; status == TRUSTSTORE_OK && i < count; i++)
        status = take_jks_certificate(r, &entry->chain[i].data, &entry->chain[i].size);
    return status;
}

/* The protected key, then its chain, of which Java trusts the first certificate. */
static enum truststore_status take_jks_key(struct reader *r, struct truststore_entry *entry)
{
    const unsigned char *blob = NULL;
    size_t size = 0;
    uint64_t chain = 0;
    enum truststore_status status = take_counted(r, 4, "the protected key", &blob, &size);
    if (status == TRUSTSTORE_OK)
        status = take_number(r, 4, "the length of the chain", &chain);
    if (status == TRUSTSTORE_OK && chain > (r->size - r->at) / LEAST_CERTIFICATE)
        return fail_garbled(r, r->at - 4, "the chain has more certificates than there are bytes");
    if (status == TRUSTSTORE_OK && chain > 0)
        status = take_jks_certificate(r, &entry->der, &entry->der_size);
    if (status == TRUSTSTORE_OK && chain > 1)
        status = take_chain(r, (size_t)chain - 1, entry);
    if (entry->der == NULL)
        entry->flaw = "it is a key without a certificate";
    return status;
}

static enum truststore_status take_body(struct reader *r, uint64_t tag,
                                        struct truststore_entry *entry)
{
    uint64_t date = 0;
    enum truststore_status status = take_number(r, 8, "the date", &date);
    if (status != TRUSTSTORE_OK)
        return status;
    entry->date_ms = (int64_t)date;
    if (tag == TAG_KEY) {
        entry->kind = TRUSTSTORE_KEY;
        return take_jks_key(r, entry);
    }
    entry->kind = TRUSTSTORE_CERTIFICATE;
    return take_jks_certificate(r, &entry->der, &entry->der_size);
}

static enum truststore_status take_entry(struct reader *r)
{
    size_t start = r->at;
    struct truststore_entry entry = {.named = true};
    struct bytes alias = {0};
    uint64_t tag = 0;
    enum truststore_status status = take_number(r, 4, "an entry", &tag);
    if (status == TRUSTSTORE_OK && tag == TAG_SECRET && r->store->form == TRUSTSTORE_JCEKS)
        return truststore_fail(r->error, TRUSTSTORE_UNSUPPORTED,
                               "entry %u of %u, at byte %zu, is a JCEKS secret key (tag 3), whose "
                               "end only Java can tell: keep secret keys in a store of their own",
                               r->entry, r->entries, start);
    if (status == TRUSTSTORE_OK && tag != TAG_KEY && tag != TAG_CERTIFICATE)
        return fail_garbled(r, start, "no kind of entry has this tag");
    if (status == TRUSTSTORE_OK)
        status = take_alias(r, &alias);
    if (status == TRUSTSTORE_OK)
        status = take_body(r, tag, &entry);
    entry.raw = r->data + start;
    entry.raw_size = r->at - start;
    if (status == TRUSTSTORE_OK && !truststore_append(r->store, &entry, &alias))
        status = truststore_no_memory(r->error);
    if (status != TRUSTSTORE_OK)
        free(entry.chain);
    bytes_free(&alias);
    return status;
}

/* SHA-1 over the password in UTF-16BE, a salt of fame, and the store. */
static enum truststore_status store_digest(const char *password, const unsigned char *data,
                                           size_t size, unsigned char ret[SHA_DIGEST_LENGTH],
                                           struct truststore_error *error)
{
    static const char salt[] = "Mighty Aphrodite";
    struct bytes secret = {0};
    if (!jks_alias_from_utf8(password, &secret)) {
        bytes_wipe(&secret);
        return truststore_fail(error, TRUSTSTORE_PASSWORD, "the password is not UTF-8");
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done =
        !secret.failed && context != NULL && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
        EVP_DigestUpdate(context, secret.data, secret.size) == 1 &&
        EVP_DigestUpdate(context, salt, sizeof salt - 1) == 1 &&
        EVP_DigestUpdate(context, data, size) == 1 && EVP_DigestFinal_ex(context, ret, NULL) == 1;
    EVP_MD_CTX_free(context);
    bytes_wipe(&secret);
    return done ? TRUSTSTORE_OK
                : truststore_fail(error, TRUSTSTORE_MEMORY, "SHA-1 cannot be computed");
}

static enum truststore_status check_digest(struct reader *r)
{
    unsigned char expected[SHA_DIGEST_LENGTH];
    const unsigned char *found = NULL;
    size_t covered = r->at;
    enum truststore_status status = take_bytes(r, sizeof expected, "the digest", &found);
    if (status == TRUSTSTORE_OK)
        status = store_digest(r->store->password, r->data, covered, expected, r->error);
    if (status == TRUSTSTORE_OK && memcmp(found, expected, sizeof expected) != 0)
        status = truststore_fail(r->error, TRUSTSTORE_PASSWORD,
                                 "its digest does not match: the store password is another one, or "
                                 "bytes of the store were changed");
    r->store->trailing = r->size - r->at;
    return status;
}

static enum truststore_status jks_parse(struct truststore *store, struct truststore_error *error)
{
    struct reader r = {.store = store, .error = error, .data = store->data, .size = store->size};
    if (r.size < HEADER_SIZE)
        return truststore_fail(error, TRUSTSTORE_BROKEN,
                               "it is cut off at byte %zu, within its header", r.size);
    store->version = (uint32_t)big_endian(r.data + 4, 4);
    if (store->version != 1 && store->version != 2)
        return truststore_fail(error, TRUSTSTORE_UNSUPPORTED,
                               "it says version %u, and Java knows 1 and 2", store->version);
    r.entries = (uint32_t)big_endian(r.data + 8, 4);
    r.at = HEADER_SIZE;
    if (r.entries > (r.size - r.at) / LEAST_ENTRY)
        return truststore_fail(error, TRUSTSTORE_BROKEN,
                               "it is cut off or garbled at byte 8: %u entries cannot be in %zu "
                               "bytes",
                               r.entries, r.size);
    enum truststore_status status = TRUSTSTORE_OK;
    for (r.entry = 1; status == TRUSTSTORE_OK && r.entry <= r.entries; r.entry++)
        status = take_entry(&r);
    r.entry = r.entries;
    return status == TRUSTSTORE_OK ? check_digest(&r) : status;
}

static void jks_make(const struct truststore *store, const struct truststore_entry *entry,
                     struct bytes *out)
{
    bytes_u32(out, TAG_CERTIFICATE);
    bytes_u16(out, (unsigned)strlen(entry->name));
    bytes_text(out, entry->name);
    bytes_u64(out, (uint64_t)entry->date_ms);
    if (store->version == 2) {
        bytes_u16(out, 5);
        bytes_text(out, "X.509");
    }
    bytes_u32(out, (uint32_t)entry->der_size);
    bytes_add(out, entry->der, entry->der_size);
}

static enum truststore_status jks_write(const struct truststore *store, struct bytes *out,
                                        struct truststore_error *error)
{
    unsigned char sum[SHA_DIGEST_LENGTH];
    bytes_u32(out, store->form == TRUSTSTORE_JCEKS ? MAGIC_JCEKS : MAGIC_JKS);
    bytes_u32(out, store->version);
    bytes_u32(out, (uint32_t)store->count);
    for (size_t i = 0; i < store->count; i++)
        truststore_put(store, &store->entries[i], out);
    if (out->failed)
        return truststore_no_memory(error);
    enum truststore_status status = store_digest(store->password, out->data, out->size, sum, error);
    if (status == TRUSTSTORE_OK)
        bytes_add(out, sum, sizeof sum);
    return out->failed ? truststore_no_memory(error) : status;
}

const struct truststore_ops truststore_jks_ops = {
    .parse = jks_parse,
    .make = jks_make,
    .write = jks_write,
    .files_alias_unfolded = true,
};

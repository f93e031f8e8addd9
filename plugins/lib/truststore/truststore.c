#include "truststore.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "der.h"
#include "truststore_forms.h"

_Static_assert((int)TRUSTSTORE_SHA256_SIZE == SHA256_DIGEST_LENGTH, "one size of SHA-256");

enum truststore_status truststore_fail(struct truststore_error *error,
                                       enum truststore_status status, const char *format, ...)
{
    error->status = status;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

enum truststore_status truststore_no_memory(struct truststore_error *error)
{
    return truststore_fail(error, TRUSTSTORE_MEMORY, "out of memory");
}

const struct truststore_ops *truststore_ops_of(const struct truststore *store)
{
    static const struct truststore_ops *const ops[] = {[TRUSTSTORE_JKS] = &truststore_jks_ops,
                                                       [TRUSTSTORE_JCEKS] = &truststore_jks_ops,
                                                       [TRUSTSTORE_PKCS12] =
                                                           &truststore_pkcs12_ops};
    return ops[store->form];
}

size_t truststore_der_block(const unsigned char *data, size_t size)
{
    struct der_span span = {data, data + size};
    struct der block;
    return der_expect(&span, DER_TAG_SEQUENCE, &block) ? block.size : 0;
}

/* --- reading --- */

void truststore_entry_free(struct truststore_entry *entry)
{
    free(entry->name);
    free(entry->folded);
    free(entry->alias);
    free(entry->chain);
}

static bool entry_names(struct truststore_entry *entry, const struct bytes *alias, bool unfolded)
{
    struct bytes folded = {0};
    jks_alias_fold(alias, &folded);
    entry->alias = jks_alias_text(alias);
    entry->folded = jks_alias_exact(&folded);
    entry->name = jks_alias_exact(unfolded ? alias : &folded);
    bool done = !alias->failed && !folded.failed && entry->alias != NULL && entry->folded != NULL &&
                entry->name != NULL;
    bytes_free(&folded);
    return done;
}

static bool make_entry_room(struct truststore *store)
{
    if (store->count < store->room)
        return true;
    size_t room = store->room == 0 ? 64 : store->room * 2;
    if (room > SIZE_MAX / sizeof *store->entries)
        return false;
    struct truststore_entry *entries = realloc(store->entries, room * sizeof *entries);
    if (entries == NULL)
        return false;
    store->entries = entries;
    store->room = room;
    return true;
}

bool truststore_append(struct truststore *store, const struct truststore_entry *entry,
                       const struct bytes *alias)
{
    struct truststore_entry added = *entry;
    if (!make_entry_room(store) ||
        (added.der != NULL && SHA256(added.der, added.der_size, added.sha256) == NULL) ||
        !entry_names(&added, alias, truststore_ops_of(store)->files_alias_unfolded)) {
        added.chain = NULL; /* it is the caller's still */
        truststore_entry_free(&added);
        return false;
    }
    store->entries[store->count++] = added;
    return true;
}

static const char *const text_hidden =
    "a later entry has the same alias, and Java keeps the last one only";
static const char *const text_ghost =
    "its alias has an upper-case letter: Java looks it up in lower case and does not find it";

static const char *const text_sealed =
    "it is encrypted, and a JVM without javax.net.ssl.trustStorePassword skips it in silence";

/* Which entries a JVM trusts. Of equal names the last one counts, as each is put into one table;
 * and what is filed under a name that folding changes is never looked up. What is skipped hides
 * nothing. */
void truststore_judge(struct truststore *store)
{
    for (size_t i = 0; i < store->count; i++) {
        struct truststore_entry *entry = &store->entries[i];
        bool filed = entry->named && !(store->blind && entry->in_sealed);
        bool unseen = store->blind && entry->sealed && entry->flaw == NULL;
        entry->why_not = unseen ? text_sealed : entry->flaw;
        if (filed && entry->why_not == NULL && strcmp(entry->name, entry->folded) != 0)
            entry->why_not = text_ghost;
        else if (filed && truststore_find_name(store, entry->name, true) != entry)
            entry->why_not = text_hidden;
        entry->trusted = entry->why_not == NULL;
    }
}

static enum truststore_status fail_unknown(const unsigned char *data, size_t size,
                                           struct truststore_error *error)
{
    static const struct {
        const char *start;
        size_t size;
        const char *text;
    } known[] = {
        {"-----BEGIN", 10, "it is PEM text, not a Java trust store"},
        {"PK\3\4", 4, "it is a ZIP or JAR archive, not a Java trust store"},
        {"\0\0\0\1", 4, "it looks like a Bouncy Castle BKS store, which no JVM loads as cacerts"},
        {"\0\0\0\2", 4, "it looks like a Bouncy Castle BKS store, which no JVM loads as cacerts"},
        {"\x30\x80", 2, "it is BER of indefinite length, which Java does not take for a store"},
        {"\x30", 1,
         "it is ASN.1 but no PKCS#12: a certificate, a key or a Bouncy Castle BCFKS store"},
    };
    if (size == 0)
        return truststore_fail(error, TRUSTSTORE_UNKNOWN, "it is empty (0 bytes)");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (size >= known[i].size && memcmp(data, known[i].start, known[i].size) == 0)
            return truststore_fail(error, TRUSTSTORE_UNKNOWN, "%s", known[i].text);
    char hex[3 * 8 + 1] = "";
    for (size_t i = 0; i < size && i < 8; i++)
        (void)snprintf(hex + 3 * i, sizeof hex - 3 * i, " %02x", data[i]);
    return truststore_fail(error, TRUSTSTORE_UNKNOWN,
                           "it is neither JKS nor PKCS#12 (it begins with%s)", hex);
}

/* PKCS#12: a SEQUENCE that begins with INTEGER 3. Its length is not looked at: a store that is cut
 * off is to be called that. */
static bool looks_like_pkcs12(const unsigned char *data, size_t size)
{
    if (size < 2 || data[0] != 0x30 || data[1] == 0x80)
        return false;
    size_t at = 2 + (data[1] & 0x80 ? data[1] & 0x7Fu : 0);
    return at + 3 <= size && memcmp(data + at, "\x02\x01\x03", 3) == 0;
}

static bool find_form(const unsigned char *data, size_t size, enum truststore_form *ret)
{
    if (size >= 4 && memcmp(data, "\xFE\xED\xFE\xED", 4) == 0)
        *ret = TRUSTSTORE_JKS;
    else if (size >= 4 && memcmp(data, "\xCE\xCE\xCE\xCE", 4) == 0)
        *ret = TRUSTSTORE_JCEKS;
    else if (looks_like_pkcs12(data, size))
        *ret = TRUSTSTORE_PKCS12;
    else
        return false;
    return true;
}

enum truststore_status truststore_open(const void *data, size_t size, const char *password,
                                       struct truststore **ret, struct truststore_error *error)
{
    *error = (struct truststore_error){0};
    enum truststore_form form;
    if (!find_form(data, size, &form))
        return fail_unknown(data, size, error);
    struct truststore *store = calloc(1, sizeof *store);
    if (store == NULL)
        return truststore_no_memory(error);
    store->form = form;
    store->size = size;
    store->data = data;
    store->password = strdup(password);
    store->index = calloc(1, sizeof *store->index);
    enum truststore_status status = TRUSTSTORE_MEMORY;
    if (store->password != NULL && store->index != NULL)
        status = truststore_ops_of(store)->parse(store, error);
    if (status == TRUSTSTORE_OK) {
        truststore_reindex(store);
        truststore_judge(store);
        *ret = store;
        return status;
    }
    truststore_free(store);
    return status == TRUSTSTORE_MEMORY ? truststore_no_memory(error) : status;
}

enum truststore_status truststore_empty(enum truststore_form form, const char *password,
                                        struct bytes *out, struct truststore_error *error)
{
    *error = (struct truststore_error){0};
    const struct truststore store = {
        .form = form, .password = (char *)(uintptr_t)password, .version = 2, .safes = 1};
    return truststore_ops_of(&store)->write(&store, out, error);
}

void truststore_free(struct truststore *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->count; i++)
        truststore_entry_free(&store->entries[i]);
    for (size_t i = 0; i < store->sealed_count; i++) {
        OPENSSL_cleanse(store->sealed[i].plain, store->sealed[i].plain_size);
        free(store->sealed[i].plain);
    }
    free(store->sealed);
    free(store->entries);
    free(store->index);
    if (store->password != NULL)
        OPENSSL_cleanse(store->password, strlen(store->password));
    free(store->password);
    free(store);
}

const char *truststore_form_text(const struct truststore *store)
{
    static const char *const texts[] = {
        [TRUSTSTORE_JKS] = "JKS",
        [TRUSTSTORE_JCEKS] = "JCEKS",
        [TRUSTSTORE_PKCS12] = "PKCS#12 without a password",
    };
    if (store->sealed_count > 0)
        return store->sealed[0].form;
    if (store->form == TRUSTSTORE_PKCS12 && store->mac.algorithm != NULL)
        return "PKCS#12 with a MAC";
    return texts[store->form];
}

/* --- views and writing --- */

bool truststore_needs_password(const struct truststore *store)
{
    for (size_t i = 0; i < store->count; i++)
        if (store->entries[i].flaw == NULL && !store->entries[i].sealed)
            return false;
    return store->sealed_count > 0;
}

void truststore_blind(struct truststore *store)
{
    store->blind = true;
    truststore_judge(store);
}

void truststore_put(const struct truststore *store, const struct truststore_entry *entry,
                    struct bytes *out)
{
    if (entry->raw != NULL)
        bytes_add(out, entry->raw, entry->raw_size);
    else
        truststore_ops_of(store)->make(store, entry, out);
}

enum truststore_status truststore_write(const struct truststore *store, struct bytes *out,
                                        struct truststore_error *error)
{
    return truststore_ops_of(store)->write(store, out, error);
}

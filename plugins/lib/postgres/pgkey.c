#include "pgkey.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

const char *pgkey_text(enum pgkey_verdict verdict)
{
    static const char *const texts[] = {
        [PGKEY_OK] = "PostgreSQL will take it",
        [PGKEY_NONE] = "holds no private key in PEM form",
        [PGKEY_ENCRYPTED] = "the key is protected by a passphrase, which nobody types when "
                            "PostgreSQL starts",
        [PGKEY_BROKEN] = "the private key in it is cut off or garbled",
        [PGKEY_MISMATCH] = "the key does not belong to the certificate",
        [PGKEY_OWNER] = "the key must belong to the database user or to root",
        [PGKEY_OPEN_USER] = "the key belongs to the database user, so group and others must have "
                            "no access to it (0600 or tighter)",
        [PGKEY_OPEN_ROOT] = "the key belongs to root, so its group may read it and no more, and "
                            "others must have no access (0640 or tighter)",
        [PGKEY_UNREADABLE] = "the database user may not read it",
    };
    return texts[verdict];
}

/* Asked for a passphrase, it notes that and gives none. */
static int no_passphrase(char *buffer, int size, int writing, void *asked)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static enum pgkey_verdict read_key(const void *pem, size_t size, EVP_PKEY **ret)
{
    bool asked = false;
    if (size > INT_MAX)
        return PGKEY_BROKEN;
    BIO *bio = BIO_new_mem_buf(pem, (int)size);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
    BIO_free(bio);
    ERR_clear_error();
    *ret = key;
    if (key != NULL)
        return PGKEY_OK;
    if (asked)
        return PGKEY_ENCRYPTED;
    return memmem(pem, size, "PRIVATE KEY-----", 16) != NULL ? PGKEY_BROKEN : PGKEY_NONE;
}

enum pgkey_verdict pgkey_check(const void *der, size_t der_size, const void *pem, size_t pem_size)
{
    EVP_PKEY *key = NULL;
    enum pgkey_verdict verdict = read_key(pem, pem_size, &key);
    if (verdict != PGKEY_OK)
        return verdict;
    const unsigned char *at = der;
    X509 *cert = der_size > LONG_MAX ? NULL : d2i_X509(NULL, &at, (long)der_size);
    if (cert == NULL || X509_check_private_key(cert, key) != 1)
        verdict = PGKEY_MISMATCH;
    X509_free(cert);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return verdict;
}

/* A run of decimal digits up to `end`; false when it is none, or too large. */
static bool parse_id(const char *text, const char *end, unsigned *ret)
{
    unsigned long long value = 0;
    if (text == end)
        return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
        if (value > UINT_MAX)
            return false;
    }
    *ret = (unsigned)value;
    return true;
}

struct field {
    const char *text, *end;
};

/* Cuts the line at *at into its fields at ':' and steps over it; false at the end of the text. */
static bool next_record(const char **at, const char *end, struct field *fields, size_t count)
{
    if (*at >= end)
        return false;
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *stop = newline != NULL ? newline : end;
    const char *from = *at;
    for (size_t i = 0; i < count; i++) {
        const char *colon = memchr(from, ':', (size_t)(stop - from));
        fields[i] = (struct field){from, colon != NULL ? colon : stop};
        from = colon != NULL ? colon + 1 : stop;
    }
    *at = newline != NULL ? newline + 1 : end;
    return true;
}

static bool field_is(const struct field *field, const char *text)
{
    size_t size = strlen(text);
    return (size_t)(field->end - field->text) == size && memcmp(field->text, text, size) == 0;
}

bool pg_user_find(const void *passwd, size_t size, const char *name, unsigned *ret_uid,
                  unsigned *ret_gid)
{
    const char *at = passwd, *end = at + size;
    struct field fields[4];
    unsigned uid = 0, gid = 0;
    while (next_record(&at, end, fields, 4)) {
        if (!field_is(&fields[0], name) || !parse_id(fields[2].text, fields[2].end, &uid) ||
            !parse_id(fields[3].text, fields[3].end, &gid))
            continue;
        *ret_uid = uid;
        *ret_gid = gid;
        return true;
    }
    return false;
}

/* Is the name one of the words of a group's last field? */
static bool is_listed(const struct field *members, const char *name)
{
    const char *at = members->text;
    while (at < members->end) {
        const char *comma = memchr(at, ',', (size_t)(members->end - at));
        struct field member = {at, comma != NULL ? comma : members->end};
        if (field_is(&member, name))
            return true;
        at = comma != NULL ? comma + 1 : members->end;
    }
    return false;
}

static bool in_group(const struct pg_user *user, unsigned gid)
{
    if (user->gid == gid)
        return true;
    const char *at = user->group;
    const char *end = at == NULL ? NULL : at + user->group_size;
    struct field fields[4];
    unsigned found = 0;
    while (at != NULL && next_record(&at, end, fields, 4))
        if (parse_id(fields[2].text, fields[2].end, &found) && found == gid &&
            is_listed(&fields[3], user->name))
            return true;
    return false;
}

bool pg_user_may(const struct pg_user *user, const struct pg_file *file, unsigned bits)
{
    unsigned granted = file->mode & 7;
    if (file->uid == user->uid)
        granted = (file->mode >> 6) & 7;
    else if (in_group(user, file->gid))
        granted = (file->mode >> 3) & 7;
    return user->uid == 0 || (granted & bits) == bits;
}

enum pgkey_verdict pgkey_access(const struct pg_file *key, const struct pg_user *user)
{
    if (key->uid != user->uid && key->uid != 0)
        return PGKEY_OWNER;
    if (key->uid == user->uid && (key->mode & 077) != 0)
        return PGKEY_OPEN_USER;
    if (key->uid == 0 && user->uid != 0 && (key->mode & 037) != 0)
        return PGKEY_OPEN_ROOT;
    return pg_user_may(user, key, 4) ? PGKEY_OK : PGKEY_UNREADABLE;
}

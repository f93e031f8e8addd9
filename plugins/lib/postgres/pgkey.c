#include "pgkey.h"

#include <grp.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
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

/* Read by the C library, as PostgreSQL does when it asks for the account. */
bool pg_user_find(const void *passwd, size_t size, const char *name, unsigned *ret_uid,
                  unsigned *ret_gid)
{
    FILE *file = fmemopen((void *)(uintptr_t)passwd, size, "r");
    const struct passwd *entry = NULL;
    while (file != NULL && (entry = fgetpwent(file)) != NULL && strcmp(entry->pw_name, name) != 0)
        ;
    if (file != NULL)
        (void)fclose(file);
    if (entry == NULL)
        return false;
    *ret_uid = entry->pw_uid;
    *ret_gid = entry->pw_gid;
    return true;
}

static bool has_member(const struct group *group, const char *name)
{
    for (char **member = group->gr_mem; *member != NULL; member++)
        if (strcmp(*member, name) == 0)
            return true;
    return false;
}

static bool in_group(const struct pg_user *user, unsigned gid)
{
    bool found = user->gid == gid;
    FILE *file = user->group == NULL
                     ? NULL
                     : fmemopen((void *)(uintptr_t)user->group, user->group_size, "r");
    const struct group *group = NULL;
    while (file != NULL && !found && (group = fgetgrent(file)) != NULL)
        found = group->gr_gid == gid && has_member(group, user->name);
    if (file != NULL)
        (void)fclose(file);
    return found;
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

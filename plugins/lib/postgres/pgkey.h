/*
 * Would PostgreSQL take this private key? Pure: bytes and facts in, a verdict out.
 *
 * pgkey_check() looks at what is in the files, pgkey_access() at whom they belong to. Each verdict
 * is a reason for PostgreSQL not to start, which takes the whole site down; the rules are those of
 * its start-up check (be-secure-common.c): a key is the database user's and closed to all others,
 * or root's and closed to others but readable for a group. The key's bytes stay the caller's, to
 * wipe; what is decoded here is wiped before the return.
 */
#ifndef TFHOOK_LIB_PGKEY_H
#define TFHOOK_LIB_PGKEY_H

#include <stdbool.h>
#include <stddef.h>

enum pgkey_verdict {
    PGKEY_OK = 0,
    PGKEY_NONE,      /* no PEM private key in it */
    PGKEY_ENCRYPTED, /* it asks for a passphrase */
    PGKEY_BROKEN,
    PGKEY_MISMATCH,  /* not the certificate's key */
    PGKEY_OWNER,     /* belongs to neither the database user nor root */
    PGKEY_OPEN_USER, /* the database user's, and others may use it */
    PGKEY_OPEN_ROOT, /* root's, and the group may write it or others may use it */
    PGKEY_UNREADABLE /* well closed, even to the database user */
};

/* What PostgreSQL would say, for "X: ...". */
const char *pgkey_text(enum pgkey_verdict verdict);

/* Does the PEM private key belong to the certificate? Never asks for a passphrase. */
enum pgkey_verdict pgkey_check(const void *der, size_t der_size, const void *pem, size_t pem_size)
    __attribute__((warn_unused_result));

/* The account that PostgreSQL runs as. */
struct pg_user {
    unsigned uid, gid;
    const char *group; /* the text of /etc/group, for its other groups; NULL: none */
    size_t group_size;
    const char *name;
};

/* Finds a user in the text of /etc/passwd; false when it has none of that name. */
bool pg_user_find(const void *passwd, size_t size, const char *name, unsigned *ret_uid,
                  unsigned *ret_gid) __attribute__((warn_unused_result));

struct pg_file {
    unsigned uid, gid, mode;
};

enum pgkey_verdict pgkey_access(const struct pg_file *key, const struct pg_user *user)
    __attribute__((warn_unused_result));
/* By owner, group and mode, may the user do all of `bits` (4 read, 1 search)? */
bool pg_user_may(const struct pg_user *user, const struct pg_file *file, unsigned bits);

#endif

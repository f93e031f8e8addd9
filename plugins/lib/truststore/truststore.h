/*
 * A Java trust store, whatever its form: what is in it, what a JVM that loads it as its cacerts
 * really trusts, and the same store with an entry more, less or renewed. Pure: bytes in, bytes out.
 *
 * Order: truststore_open() finds the form by content; walk `entries` or use the find functions;
 * add, replace, remove; truststore_write(). Every entry that was not edited is written byte for
 * byte as it was read, dates included, in its order; the same input gives the same output.
 *
 * Forms: JKS versions 1 and 2, JCEKS without secret keys, PKCS#12 with or without a MAC, in the
 * clear or encrypted as Java and OpenSSL do it. Anything else is refused by name. Certificates that
 * are in the store already are never parsed (parsing is slow): identity is the SHA-256 of their DER
 * bytes.
 *
 * A JVM opens its default store without a password unless javax.net.ssl.trustStorePassword is set,
 * and then skips in silence what is encrypted. `trusted` is the view of a JVM that has the
 * password; truststore_blind() changes a store to the view of one that has none. Other forms have
 * one view.
 *
 * Ownership: the bytes given to truststore_open(), truststore_add() and truststore_replace() are
 * the caller's and must outlive the store, which leads into them; the store owns the rest. Pointers
 * to entries, and into them, are valid until the next edit. Errors: a status, and in the caller's
 * truststore_error the reason, without the name of the file; a reason never holds the password.
 * `ret` is untouched on failure.
 */
#ifndef TFHOOK_LIB_TRUSTSTORE_H
#define TFHOOK_LIB_TRUSTSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

enum { TRUSTSTORE_SHA256_SIZE = 32 };

enum truststore_form { TRUSTSTORE_JKS, TRUSTSTORE_JCEKS, TRUSTSTORE_PKCS12 };

enum truststore_kind {
    TRUSTSTORE_CERTIFICATE,
    TRUSTSTORE_KEY,  /* a private or secret key; der is the first certificate of its chain */
    TRUSTSTORE_OTHER /* kept, and of no meaning for trust */
};

enum truststore_status {
    TRUSTSTORE_OK = 0,
    TRUSTSTORE_UNKNOWN,     /* no store of a form that Java reads; the text says what it is */
    TRUSTSTORE_UNSUPPORTED, /* a store with a part that is not handled, which is named */
    TRUSTSTORE_BROKEN,      /* cut off or garbled; the text says where */
    TRUSTSTORE_PASSWORD,    /* sound, but the digest does not match with this password */
    TRUSTSTORE_REFUSED,     /* an edit that must not be made */
    TRUSTSTORE_MEMORY
};

struct truststore_error {
    enum truststore_status status;
    char text[480];
};

struct truststore_der {
    const unsigned char *data;
    size_t size;
};

struct truststore_entry {
    enum truststore_kind kind;
    char *alias;              /* as on the disk, in UTF-8; "" when it has none */
    char *folded;             /* as Java looks it up; like alias for one in lower-case ASCII */
    const unsigned char *der; /* NULL when it has no certificate */
    size_t der_size;
    unsigned char sha256[TRUSTSTORE_SHA256_SIZE];
    int64_t date_ms; /* milliseconds since the epoch; 0 in PKCS#12, which keeps none */
    bool sealed;     /* PKCS#12: its certificate is encrypted */
    bool trusted;
    const char *why_not;      /* why a JVM does not trust it; NULL when it does */
    const unsigned char *raw; /* NULL when it was added here: it has none until it is written */
    size_t raw_size;
    struct truststore_der *chain; /* JKS: a key's further certificates; Java decodes them too */
    size_t chain_count;

    /* For the store's own use. */
    char *name;                  /* the key under which the form's loader files it */
    bool named;                  /* it is filed under a name at all */
    bool nameless;               /* PKCS#12: it has no friendlyName */
    bool has_chain;              /* PKCS#12: a private key, to which certificates may belong */
    const char *flaw;            /* a reason of its own not to be trusted */
    const unsigned char *key_id; /* PKCS#12: its localKeyID, NULL when it has none */
    size_t key_id_size;
    size_t safe;                     /* PKCS#12: which safe it is in */
    bool in_sealed;                  /* PKCS#12: that safe is encrypted */
    uint32_t next_name, next_sha256; /* in their buckets of the index */
};

/* PKCS#12: how the MAC is made; absent when algorithm is NULL. The pointers lead into `data`. */
struct truststore_mac {
    const unsigned char *algorithm, *salt, *count;
    size_t algorithm_size, salt_size, count_size;
    int digest; /* NID */
    int iterations;
};

/* PKCS#12: a safe that is encrypted. The pointers lead into `data`, but for `plain`. */
struct truststore_sealed {
    size_t safe;
    const unsigned char *raw, *algorithm;
    size_t raw_size, algorithm_size;
    const char *form;     /* of the store, for people */
    unsigned char *plain; /* its bags, decrypted */
    size_t plain_size;
};

struct truststore {
    enum truststore_form form;
    struct truststore_entry *entries; /* in the order of the file */
    size_t count;
    size_t trailing; /* bytes behind the store's end, which Java ignores; they are not written */

    /* For the store's own use. */
    size_t room;
    const unsigned char *data;
    size_t size;
    char *password;
    uint32_t version; /* JKS, JCEKS */
    size_t safes;     /* PKCS#12 */
    struct truststore_mac mac;
    struct truststore_sealed *sealed;
    size_t sealed_count;
    bool blind;
    struct truststore_index *index;
};

enum truststore_status truststore_open(const void *data, size_t size, const char *password,
                                       struct truststore **ret, struct truststore_error *error)
    __attribute__((warn_unused_result));
/* The bytes of a store without entries. JKS is version 2; PKCS#12 has no password and no MAC, as
 * the cacerts of JDK 18 and later. */
enum truststore_status truststore_empty(enum truststore_form form, const char *password,
                                        struct bytes *out, struct truststore_error *error)
    __attribute__((warn_unused_result));
void truststore_free(struct truststore *store);
/* "JKS", "JCEKS", "PKCS#12 without a password", "PKCS#12 with a MAC", "PKCS#12, encrypted (PBES2)".
 */
const char *truststore_form_text(const struct truststore *store);

/* The entry that Java finds under the alias, which is given in lower case; NULL when it is free. */
const struct truststore_entry *truststore_find_alias(const struct truststore *store,
                                                     const char *alias);
/* The entry with this certificate: a trusted one when there is one, else any; NULL when none. */
const struct truststore_entry *
truststore_find_sha256(const struct truststore *store,
                       const unsigned char sha256[TRUSTSTORE_SHA256_SIZE]);
/* How many different certificates a JVM trusts. */
size_t truststore_trusted(const struct truststore *store);
/* Is everything that could be trusted encrypted? */
bool truststore_needs_password(const struct truststore *store);
/* From now on `trusted` is what a JVM without a password trusts. */
void truststore_blind(struct truststore *store);

/* The alias must be printable ASCII in lower case without spaces, and free; the certificate must
 * parse whole, its extensions too: one that does not would make Java refuse the whole store. */
enum truststore_status truststore_add(struct truststore *store, const char *alias, int64_t date_ms,
                                      const void *der, size_t size, struct truststore_error *error)
    __attribute__((warn_unused_result));
/* The alias must be taken by a certificate, never by a key. */
enum truststore_status truststore_replace(struct truststore *store, const char *alias,
                                          int64_t date_ms, const void *der, size_t size,
                                          struct truststore_error *error)
    __attribute__((warn_unused_result));
/* Removes what Java finds under the alias, and what lies hidden under the same name. */
enum truststore_status truststore_remove(struct truststore *store, const char *alias,
                                         struct truststore_error *error)
    __attribute__((warn_unused_result));

enum truststore_status truststore_write(const struct truststore *store, struct bytes *out,
                                        struct truststore_error *error)
    __attribute__((warn_unused_result));

#endif

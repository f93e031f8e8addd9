/*
 * The trust stores that the site's JVMs load, opened. Glue over jvm.h and truststore.h.
 *
 * verify_stores_get() finds and reads them at the first call.
 */
#ifndef TFHOOK_VERIFY_JVM_TRUST_STORES_H
#define TFHOOK_VERIFY_JVM_TRUST_STORES_H

#include "chain_trust.h"
#include "java_accepts.h"
#include "jvm.h"
#include "truststore.h"
#include "verify.h"

struct verify_store {
    const struct jvm_store *place;
    struct truststore *store; /* NULL: it could not be read, see `error` */
    struct truststore_error error;
    const struct truststore_entry *undecodable; /* for which Java refuses the store, or may */
    enum java_verdict decodable;
    const char *undecodable_why;
    bool loaded;             /* by the wanted JVMs that read it; false: it trusts nothing */
    bool denied;             /* it could not be read for lack of rights */
    int64_t changed;         /* when the file came to be as it is here, seconds since the epoch */
    struct tls_trust *trust; /* made at the first need */
};

struct verify_stores {
    const char *error; /* why none was found; NULL: they were */
    struct jvm_stores jvms;
    struct verify_store *items;
    size_t count;
};

const struct verify_stores *verify_stores_get(struct verify *v);
/* Would a JVM that loads the store trust the chain, whose leaf is called `subject`? By Java's
 * rules: the leaf itself is an entry, byte for byte, or a path leads to one. *ret_text is a
 * sentence on which store, which entry, and why. */
bool verify_stores_judge(struct verify *v, struct verify_store *store,
                         const struct cert_list *chain, const char *subject, const char **ret_text);
/* Who loads this store, in words: "java of /usr/lib/jvm/x, process 17 (jboss)"; NULL: nobody. */
const char *verify_stores_users(const struct verify_stores *stores,
                                const struct verify_store *store);

#endif

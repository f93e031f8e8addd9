/*
 * The JVMs of this host and the trust stores that they load. Looks at files through the host, and
 * at /proc itself: running processes are below no --root, so with one only those count whose
 * program lies below it.
 *
 * Order: jvm_find() once, walk the stores and their users, jvm_free(). Ownership: everything
 * belongs to the struct. Errors: false, with one line for people in `error`.
 */
#ifndef TFHOOK_LIB_JVM_H
#define TFHOOK_LIB_JVM_H

#include <stdbool.h>
#include <stddef.h>

#include <tfhook/plugin.h>

#include "jvm_truststore_rules.h"

enum { JVM_ERROR_SIZE = 512 };

/* An installed JVM, a running process, or one that TeamForge starts by a token. */
struct jvm {
    char *home;           /* java.home, behind all links */
    long pid;             /* 0: installed, not running */
    char *runs;           /* a process: its JAR or main class; else "" */
    char *token;          /* of site-options.conf, whose options it is started with; else NULL */
    bool teamforge;       /* it is TeamForge's */
    bool foreign;         /* a process whose user's word does not count */
    char *path;           /* of its trust store, as it opens it */
    char *real;           /* behind all links */
    char *why;            /* why this store: "lib/security/cacerts", ... */
    bool password;        /* it has javax.net.ssl.trustStorePassword; never which */
    enum jvm_forms forms; /* of store that it can load; found out where it uses one of `stores` */
    bool wanted;          /* java-home asks for it */
};

/* One file, however many JVMs share it. */
struct jvm_store {
    const char *path;      /* as the first wanted JVM opens it, or as the configuration has it */
    char *real;            /* behind all links: what is to be written */
    const char *why;       /* why this one */
    const char *generated; /* what would drop an entry of ours, or NULL */
};

struct jvm_stores {
    struct jvm *jvms; /* all that were found, wanted or not */
    size_t jvm_count;
    struct jvm_store *stores; /* those that are wanted, each real file once */
    size_t store_count;
};

/* `keystore` is "auto" or paths, `java_home` "auto", "all" or directories, `site_options` a path,
 * as in the keys of jks-import. Warnings go to the host's log. */
bool jvm_find(const struct tfhook_host *host, struct tfhook_names keystore,
              struct tfhook_names java_home, const char *site_options, struct jvm_stores *ret,
              char error[JVM_ERROR_SIZE]) __attribute__((warn_unused_result));
void jvm_free(struct jvm_stores *stores);
/* Does this JVM load that store? */
bool jvm_uses(const struct jvm *jvm, const struct jvm_store *store);

#endif

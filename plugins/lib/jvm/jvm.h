/*
 * The JVMs of this host and the trust stores that they load. Looks at files through the host, and
 * at /proc itself: running processes are below no --root, so with one only those count whose
 * program lies below it.
 *
 * Order: jvm_find() once, then walk the stores and their users. All of it is memory of the call.
 */
#ifndef TFHOOK_LIB_JVM_H
#define TFHOOK_LIB_JVM_H

#include <stdbool.h>
#include <stddef.h>

#include <tfhook/plugin.h>

#include "jvm_truststore_rules.h"

/* An installed JVM, a running process, or one that TeamForge starts by a token. */
struct jvm {
    const char *home;     /* java.home, behind all links */
    long pid;             /* 0: installed, not running */
    const char *runs;     /* a process: its JAR or main class; else "" */
    const char *token;    /* of site-options.conf, whose options it is started with; else NULL */
    bool teamforge;       /* it is TeamForge's */
    bool foreign;         /* a process whose user's word does not count */
    const char *path;     /* of its trust store, as it opens it */
    const char *real;     /* behind all links */
    const char *why;      /* why this store: "lib/security/cacerts", ... */
    bool password;        /* it has javax.net.ssl.trustStorePassword; never which */
    enum jvm_forms forms; /* of store that it can load; found out where it uses one of `stores` */
    bool wanted;          /* java-home asks for it */
};

/* One file, however many JVMs share it. */
struct jvm_store {
    const char *path;      /* as the first wanted JVM opens it, or as the configuration has it */
    const char *real;      /* behind all links: what is to be written */
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
 * as in the keys of jks-import. Warnings go to the host's log. NULL, or why there is no store to
 * work on: one line for people. */
const char *jvm_find(const struct tfhook_host *host, struct tfhook_names keystore,
                     struct tfhook_names java_home, const char *site_options,
                     struct jvm_stores *ret) __attribute__((warn_unused_result));
/* For messages: "the JVM of X_JAVA_OPTS", "process 4711 (jboss-modules.jar)" or "java of
 * /usr/lib/x". */
const char *jvm_name(const struct jvm *jvm);
/* With its home: "process 4711 (jboss-modules.jar of TeamForge, /usr/lib/x)" or "/usr/lib/x". */
const char *jvm_description(const struct jvm *jvm);
/* Does this JVM load that store? */
bool jvm_uses(const struct jvm *jvm, const struct jvm_store *store);

#endif

/*
 * What is to be done with one certificate in one store. Pure.
 */
#ifndef TFHOOK_JKS_IMPORT_CONFLICT_POLICY_H
#define TFHOOK_JKS_IMPORT_CONFLICT_POLICY_H

#include <stdbool.h>

#include "truststore.h"

/* The key on-conflict. */
enum import_policy { IMPORT_RENEW, IMPORT_OVERWRITE, IMPORT_KEEP_OLD, IMPORT_FAIL };

enum import_action {
    IMPORT_PRESENT,  /* a JVM trusts it already, under `entry`'s alias */
    IMPORT_ADD,      /* `entry`, if any: the same certificate, which no JVM trusts */
    IMPORT_REPLACE,  /* `entry` makes room */
    IMPORT_KEEP,     /* `entry` has the alias and keeps it: the certificate does not get in */
    IMPORT_CONFLICT, /* `entry` has the alias, and nothing allows to replace it */
    IMPORT_KEY       /* `entry` has the alias and is a key, which is never replaced */
};

struct import_decision {
    enum import_action action;
    const struct truststore_entry *entry;
    const char *reason; /* of a replacement, for the plan; else NULL */
};

/* RENEW, OVERWRITE, ... of "renew", "replace", "keep", "fail". */
enum import_policy import_policy_of(const char *word);
/* `noted`: tfhook itself put the entry there that has the alias now. */
struct import_decision import_decide(const struct truststore *store, const char *alias,
                                     const void *der, size_t size,
                                     const unsigned char sha256[TRUSTSTORE_SHA256_SIZE],
                                     enum import_policy policy, bool noted);

#endif

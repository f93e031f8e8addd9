/*
 * One store of the plan, and one of verify. Through the host.
 *
 * Order: fill a struct import_run, import_plan_store() for each store, then
 * import_save_ownership(); or import_verify_store() for each. The caller frees `empty`. Errors:
 * what the host's fail() returned; the caller returns it.
 */
#ifndef TFHOOK_JKS_IMPORT_IMPORT_H
#define TFHOOK_JKS_IMPORT_IMPORT_H

#include <tfhook/plugin.h>

#include "conflict_policy.h"
#include "input_certs.h"
#include "jvm.h"
#include "ownership.h"

struct import_run {
    const struct tfhook_host *host;
    struct import_certs certs;
    struct jvm_stores stores;
    const char *password;
    enum import_policy policy;
    bool found_by_jvm; /* keystore = auto */
    struct ownership notes;
    struct bytes empty;         /* plan, with create: the bytes of a store that is not there yet */
    struct tfhook_names absent; /* aliases that are to go */
    size_t added, replaced, kept, removed; /* over all stores */
    size_t changed_stores;
};

/* Before import_plan_store(), which then makes a store that is not there, when `create` says so. */
int import_make_empty(struct import_run *run) __attribute__((warn_unused_result));
int import_load_ownership(struct import_run *run) __attribute__((warn_unused_result));
int import_plan_store(struct import_run *run, const struct jvm_store *store)
    __attribute__((warn_unused_result));
/* Stages the notes when they changed. */
int import_save_ownership(struct import_run *run) __attribute__((warn_unused_result));
int import_verify_store(struct import_run *run, const struct jvm_store *store)
    __attribute__((warn_unused_result));

/* Reads and opens a store. *ret_data may be NULL. */
int import_open(const struct import_run *run, const struct jvm_store *store,
                struct truststore **ret, struct tfhook_data *ret_data)
    __attribute__((warn_unused_result));

#endif

/* The verification of one store: each certificate trusted, each alias gone, each JVM able to load
 * it. */
#include "import.h"
#include "jvm_store_loads.h"
#include "memory.h"

static void report_trusted(struct import_run *run, const struct jvm_store *store,
                           const struct truststore *opened, const struct import_cert *cert)
{
    const struct tfhook_host *host = run->host;
    const struct truststore_entry *entry = truststore_find_sha256(opened, cert->sha256);
    const struct truststore_entry *taken = truststore_find_alias(opened, cert->alias);
    const char *subject = memory_printf("%s in %s", cert->alias, store->real);
    const char *message =
        taken == NULL ? "not in the store" : "not in the store, and another entry has its alias";
    const char *hint = "run: tfhook apply";
    enum tfhook_verdict verdict = TFHOOK_FAIL;
    if (entry != NULL && entry->trusted) {
        verdict = TFHOOK_PASS;
        hint = NULL;
        message = memory_printf("trusted, under alias '%s'", entry->alias);
    } else if (entry != NULL) {
        message = memory_printf("in the store as '%s', but no JVM trusts it: %s", entry->alias,
                                entry->why_not);
    } else if (taken != NULL && run->policy == IMPORT_KEEP_OLD) {
        verdict = TFHOOK_WARN;
        hint = "set on-conflict to replace, or import under another alias";
        message = "not trusted: its alias keeps another entry (on-conflict = keep)";
    }
    host->finding(host, "jks-import", "jks-import.trusted", subject, verdict, message, hint);
}

static void report_unloadable(struct import_run *run, const struct jvm_store *store,
                              const struct truststore *opened)
{
    for (size_t i = 0; i < run->stores.jvm_count; i++) {
        const struct jvm *jvm = &run->stores.jvms[i];
        const char *why = jvm_uses(jvm, store) ? jvm_cannot_load(jvm, opened) : NULL;
        if (why != NULL)
            run->host->finding(run->host, "jks-import", "jks-import.loadable",
                               memory_printf("%s in %s", store->real, jvm_description(jvm)),
                               jvm->wanted ? TFHOOK_FAIL : TFHOOK_WARN, why,
                               jvm_way_out(jvm, opened));
    }
}

static void report_absent(struct import_run *run, const struct jvm_store *store,
                          const struct truststore *opened, const char *alias)
{
    bool there = truststore_find_alias(opened, alias) != NULL;
    run->host->finding(
        run->host, "jks-import", "jks-import.absent", memory_printf("%s in %s", alias, store->real),
        there ? TFHOOK_FAIL : TFHOOK_PASS, there ? "is still in the store" : "is not in the store",
        there ? "run: tfhook apply" : NULL);
}

int import_verify_store(struct import_run *run, const struct jvm_store *store)
{
    struct truststore *opened = NULL;
    int result = import_open(run, store, &opened, NULL);
    for (size_t i = 0; result == TFHOOK_OK && i < run->certs.count; i++)
        report_trusted(run, store, opened, &run->certs.certs[i]);
    for (size_t i = 0; result == TFHOOK_OK && i < run->absent.count; i++)
        report_absent(run, store, opened, run->absent.names[i]);
    if (result == TFHOOK_OK)
        report_unloadable(run, store, opened);
    truststore_free(opened);
    return result;
}

/* The verification of one store: each certificate trusted, each alias gone, each JVM able to load
 * it. */
#include "import.h"
#include "jvm_store_loads.h"
#include "plan_text.h"

static void report_trusted(struct import_run *run, const struct jvm_store *store,
                           const struct truststore *opened, const struct import_cert *cert)
{
    const struct tfhook_host *host = run->host;
    const struct truststore_entry *entry = truststore_find_sha256(opened, cert->sha256);
    const struct truststore_entry *taken = truststore_find_alias(opened, cert->alias);
    struct bytes subject = {0}, message = {0};
    enum tfhook_verdict verdict = TFHOOK_FAIL;
    const char *hint = "run: tfhook apply";
    bytes_printf(&subject, "%s in %s", cert->alias, store->real);
    if (entry != NULL && entry->trusted) {
        verdict = TFHOOK_PASS;
        hint = NULL;
        bytes_printf(&message, "trusted, under alias '%s'", entry->alias);
    } else if (entry != NULL) {
        bytes_printf(&message, "in the store as '%s', but no JVM trusts it: %s", entry->alias,
                     entry->why_not);
    } else if (taken != NULL && run->policy == IMPORT_KEEP_OLD) {
        verdict = TFHOOK_WARN;
        hint = "set on-conflict to replace, or import under another alias";
        bytes_printf(&message, "not trusted: its alias keeps another entry (on-conflict = keep)");
    } else {
        bytes_printf(&message, "not in the store%s",
                     taken == NULL ? "" : ", and another entry has its alias");
    }
    if (!subject.failed && !message.failed)
        host->finding(host, "jks-import", "jks-import.trusted", (char *)subject.data, verdict,
                      (char *)message.data, hint);
    else
        host->finding(host, "jks-import", "jks-import.trusted", store->real, TFHOOK_FAIL,
                      "out of memory", NULL);
    bytes_free(&subject);
    bytes_free(&message);
}

static void report_unloadable(struct import_run *run, const struct jvm_store *store,
                              const struct truststore *opened)
{
    for (size_t i = 0; i < run->stores->jvm_count; i++) {
        const struct jvm *jvm = &run->stores->jvms[i];
        const char *why = jvm_uses(jvm, store) ? jvm_cannot_load(jvm, opened) : NULL;
        struct bytes subject = {0};
        if (why == NULL)
            continue;
        bytes_printf(&subject, "%s in ", store->real);
        plan_text_jvm(&subject, jvm);
        run->host->finding(run->host, "jks-import", "jks-import.loadable",
                           subject.failed ? store->real : (char *)subject.data,
                           jvm->wanted ? TFHOOK_FAIL : TFHOOK_WARN, why, jvm_way_out(jvm, opened));
        bytes_free(&subject);
    }
}

static void report_absent(struct import_run *run, const struct jvm_store *store,
                          const struct truststore *opened, const char *alias)
{
    struct bytes subject = {0};
    bool there = truststore_find_alias(opened, alias) != NULL;
    bytes_printf(&subject, "%s in %s", alias, store->real);
    run->host->finding(run->host, "jks-import", "jks-import.absent",
                       subject.failed ? store->real : (char *)subject.data,
                       there ? TFHOOK_FAIL : TFHOOK_PASS,
                       there ? "is still in the store" : "is not in the store",
                       there ? "run: tfhook apply" : NULL);
    bytes_free(&subject);
}

int import_verify_store(struct import_run *run, const struct jvm_store *store)
{
    struct truststore *opened = NULL;
    int result = import_open(run, store, &opened, NULL);
    for (size_t i = 0; result == TFHOOK_OK && i < run->certs->count; i++)
        report_trusted(run, store, opened, &run->certs->certs[i]);
    for (size_t i = 0; result == TFHOOK_OK && i < run->absent.count; i++)
        report_absent(run, store, opened, run->absent.names[i]);
    if (result == TFHOOK_OK)
        report_unloadable(run, store, opened);
    truststore_free(opened);
    return result;
}

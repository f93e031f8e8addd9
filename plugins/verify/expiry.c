/* expiry: when do the collected certificates end, and the entries that were made from them? */
#include <string.h>

#include "jvm_trust_stores.h"
#include "metrics.h"
#include "verify.h"

/* An entry under the alias of a collected certificate that holds another one than the copy. */
static void check_entry(struct verify *v, const struct verify_store *store,
                        const struct verify_copy *copy)
{
    struct cert_facts facts;
    const struct truststore_entry *entry = truststore_find_alias(store->store, copy->alias);
    if (entry == NULL || entry->kind != TRUSTSTORE_CERTIFICATE || !entry->trusted ||
        memcmp(entry->sha256, copy->sha256, sizeof entry->sha256) == 0 ||
        cert_facts_of(entry->der, entry->der_size, &facts) < 0)
        return;
    long days = verify_days_left(v, facts.not_after);
    verify_metrics_add(&v->metrics, "store", copy->alias, store->place->path, &facts);
    if (facts.not_after < v->host->now)
        verify_report(
            v, "expiry.entry", copy->alias, TFHOOK_WARN, "import the new one: tfhook apply",
            "the entry in %s (%s) expired on %s. Java still accepts a server that presents "
            "it, for it does not look at the dates of an entry",
            store->place->path, facts.subject, facts.not_after_day);
    else if (days < v->host->number(v->host, "warn-days"))
        verify_report(v, "expiry.entry", copy->alias, TFHOOK_WARN,
                      "import the new one: tfhook apply",
                      "the entry in %s (%s) expires on %s, in %ld days", store->place->path,
                      facts.subject, facts.not_after_day, days);
    cert_facts_free(&facts);
}

void verify_check_expiry(struct verify *v)
{
    const struct verify_stores *stores = verify_stores_get(v);
    if (v->copy_count == 0)
        verify_report(v, "expiry.certificate", v->host->value(v->host, "certificates"), TFHOOK_SKIP,
                      NULL, "holds no collected certificate");
    for (size_t i = 0; i < v->copy_count; i++) {
        const struct verify_copy *copy = &v->copies[i];
        verify_dates(v, "expiry.certificate", copy->alias, &copy->facts);
        verify_metrics_add(&v->metrics, "file", copy->alias, copy->path, &copy->facts);
        for (size_t j = 0; j < stores->count; j++)
            if (stores->items[j].store != NULL)
                check_entry(v, &stores->items[j], copy);
    }
}

#include "store_listing.h"

#include "cert_text.h"
#include "memory.h"

static const char *describe_facts(const struct verify *v, const struct truststore_entry *entry)
{
    struct cert_facts facts;
    if (entry->der == NULL)
        return "";
    if (cert_facts_of(entry->der, entry->der_size, &facts) != 0)
        return memory_printf("  %s", cert_text(entry->der, entry->der_size, entry->sha256));
    const char *text = memory_printf("  %s", cert_text_facts(&facts, entry->sha256));
    if (entry->trusted && entry->kind == TRUSTSTORE_CERTIFICATE)
        text = memory_printf("%s  trusted%s%s%s", text, facts.is_ca ? "" : " " VERIFY_LEAF_ONLY,
                             facts.not_after < v->host->now ? "; " VERIFY_EXPIRED : "",
                             facts.not_before > v->host->now ? "; it is not valid yet" : "");
    cert_facts_free(&facts);
    return text;
}

static void list_entry(struct verify *v, const struct verify_store *store,
                       const struct truststore_entry *entry)
{
    v->host->log(v->host, TFHOOK_DEBUG, "%s: %s%s%s%s%s", store->place->path,
                 *entry->alias == '\0' ? "(no name)" : entry->alias, describe_facts(v, entry),
                 entry->kind == TRUSTSTORE_KEY ? "  a private or secret key" : "",
                 entry->trusted ? "" : "  not trusted: ",
                 entry->trusted           ? ""
                 : entry->why_not != NULL ? entry->why_not
                                          : "it is no certificate");
}

void verify_list_entries(struct verify *v, const struct verify_store *store)
{
    if (v->host->log_level > TFHOOK_DEBUG)
        return;
    for (size_t i = 0; i < store->store->count; i++)
        list_entry(v, store, &store->store->entries[i]);
}

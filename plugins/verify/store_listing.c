#include "store_listing.h"

#include "cert_text.h"

static void add_facts(struct bytes *line, const struct verify *v,
                      const struct truststore_entry *entry)
{
    struct cert_facts facts;
    if (entry->der == NULL)
        return;
    bytes_text(line, "  ");
    if (cert_facts_of(entry->der, entry->der_size, &facts) != 0) {
        cert_text(line, entry->der, entry->der_size, entry->sha256);
        return;
    }
    cert_text_facts(line, &facts, entry->sha256);
    if (entry->trusted && entry->kind == TRUSTSTORE_CERTIFICATE)
        bytes_printf(line, "  trusted%s%s%s", facts.is_ca ? "" : " " VERIFY_LEAF_ONLY,
                     facts.not_after < v->host->now ? "; " VERIFY_EXPIRED : "",
                     facts.not_before > v->host->now ? "; it is not valid yet" : "");
    cert_facts_free(&facts);
}

static void list_entry(struct verify *v, const struct verify_store *store,
                       const struct truststore_entry *entry)
{
    struct bytes line = {0};
    bytes_printf(&line, "%s", *entry->alias == '\0' ? "(no name)" : entry->alias);
    add_facts(&line, v, entry);
    if (entry->kind == TRUSTSTORE_KEY)
        bytes_text(&line, "  a private or secret key");
    if (!entry->trusted)
        bytes_printf(&line, "  not trusted: %s",
                     entry->why_not != NULL ? entry->why_not : "it is no certificate");
    v->host->log(v->host, TFHOOK_DEBUG, "%s: %s", store->place->path, (const char *)line.data);
    bytes_free(&line);
}

void verify_list_entries(struct verify *v, const struct verify_store *store)
{
    if (v->host->log_level > TFHOOK_DEBUG)
        return;
    for (size_t i = 0; i < store->store->count; i++)
        list_entry(v, store, &store->store->entries[i]);
}

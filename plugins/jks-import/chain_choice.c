#include "chain_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum import_chain import_chain_of(const char *word)
{
    if (strcmp(word, "ca") == 0)
        return IMPORT_CHAIN_CA;
    return strcmp(word, "all") == 0 ? IMPORT_CHAIN_ALL : IMPORT_CHAIN_LEAF;
}

void import_picks_free(struct import_picks *picks)
{
    for (size_t i = 0; i < picks->count; i++)
        free(picks->items[i].alias);
    free(picks->items);
    *picks = (struct import_picks){0};
}

static bool is_repeated(const struct cert_list *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (memcmp(list->certs[i].sha256, list->certs[index].sha256,
                   sizeof list->certs[i].sha256) == 0)
            return true;
    return false;
}

static bool is_ca(const struct cert *cert, bool *ret)
{
    struct cert_facts facts;
    if (cert_facts_of(cert->der, cert->size, &facts) != 0)
        return false;
    *ret = facts.is_ca;
    cert_facts_free(&facts);
    return true;
}

/* *ret_wanted: one flag a certificate. *ret_leaf: which is the server's; the count, when none is.
 */
static enum import_pick_status choose_certs(const struct cert_list *list, enum import_chain chain,
                                            bool *ret_wanted, size_t *ret_leaf)
{
    size_t leaf = cert_leaf(list), wanted = 0;
    bool leaf_is_ca = false;
    bool alone = list->count == 1 && chain != IMPORT_CHAIN_CA; /* then it does not matter */
    if (!alone && !is_ca(&list->certs[leaf], &leaf_is_ca))
        return IMPORT_PICK_MEMORY;
    *ret_leaf = leaf_is_ca ? list->count : leaf;
    for (size_t i = 0; i < list->count; i++) {
        bool ca = false;
        if (chain == IMPORT_CHAIN_CA && !is_ca(&list->certs[i], &ca))
            return IMPORT_PICK_MEMORY;
        ret_wanted[i] = chain == IMPORT_CHAIN_ALL || (chain == IMPORT_CHAIN_CA && ca) ||
                        (chain == IMPORT_CHAIN_LEAF && i == leaf);
        ret_wanted[i] = ret_wanted[i] && !is_repeated(list, i);
        wanted += ret_wanted[i];
    }
    if (wanted == 0)
        return IMPORT_PICK_NO_CA;
    return chain == IMPORT_CHAIN_LEAF && leaf_is_ca && list->count > 1 ? IMPORT_PICK_NO_LEAF
                                                                       : IMPORT_PICK_OK;
}

static bool add_pick(struct import_picks *picks, size_t index, const char *alias, size_t number)
{
    char *name = NULL;
    if (number == 0)
        name = strdup(alias);
    else if (asprintf(&name, "%s-%zu", alias, number) < 0)
        name = NULL;
    picks->items[picks->count] = (struct import_picked){index, name};
    picks->count += name != NULL;
    return name != NULL;
}

enum import_pick_status import_pick(const struct cert_list *list, enum import_chain chain,
                                    const char *alias, struct import_picks *ret)
{
    struct import_picks picks = {.items = calloc(list->count, sizeof *picks.items)};
    bool *wanted = calloc(list->count, sizeof *wanted);
    size_t leaf = 0, total = 0, number = 0;
    enum import_pick_status status = IMPORT_PICK_MEMORY;
    if (picks.items != NULL && wanted != NULL)
        status = choose_certs(list, chain, wanted, &leaf);
    for (size_t i = 0; status == IMPORT_PICK_OK && i < list->count; i++)
        total += wanted[i];
    for (size_t i = 0; status == IMPORT_PICK_OK && i < list->count; i++)
        if (wanted[i] && !add_pick(&picks, i, alias, i == leaf || total == 1 ? 0 : ++number))
            status = IMPORT_PICK_MEMORY;
    free(wanted);
    if (status != IMPORT_PICK_OK)
        import_picks_free(&picks);
    *ret = picks;
    return status;
}

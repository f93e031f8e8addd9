#include "chain_choice.h"

#include <string.h>

#include "memory.h"

enum import_chain import_chain_of(const char *word)
{
    if (strcmp(word, "ca") == 0)
        return IMPORT_CHAIN_CA;
    return strcmp(word, "all") == 0 ? IMPORT_CHAIN_ALL : IMPORT_CHAIN_LEAF;
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
        return IMPORT_PICK_FACTS;
    *ret_leaf = leaf_is_ca ? list->count : leaf;
    for (size_t i = 0; i < list->count; i++) {
        bool ca = false;
        if (chain == IMPORT_CHAIN_CA && !is_ca(&list->certs[i], &ca))
            return IMPORT_PICK_FACTS;
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

enum import_pick_status import_pick(const struct cert_list *list, enum import_chain chain,
                                    const char *alias, struct import_picks *ret)
{
    struct import_picks picks = {0};
    bool *wanted = memory_new(list->count * sizeof *wanted);
    size_t leaf = 0, total = 0, number = 0;
    enum import_pick_status status = choose_certs(list, chain, wanted, &leaf);
    for (size_t i = 0; i < list->count; i++)
        total += wanted[i];
    for (size_t i = 0; status == IMPORT_PICK_OK && i < list->count; i++) {
        bool plain = i == leaf || total == 1;
        if (wanted[i])
            *memory_push(picks.items, picks.count) =
                (struct import_picked){i, plain ? alias : memory_printf("%s-%zu", alias, ++number)};
    }
    *ret = picks;
    return status;
}

/*
 * Which certificates of a file are meant, and under which aliases. Pure.
 *
 * On failure *ret is empty.
 */
#ifndef TFHOOK_JKS_IMPORT_CHAIN_CHOICE_H
#define TFHOOK_JKS_IMPORT_CHAIN_CHOICE_H

#include <stddef.h>

#include "cert.h"

enum import_chain {
    IMPORT_CHAIN_LEAF, /* the server's certificate; the only one of a file, whatever it is */
    IMPORT_CHAIN_CA,   /* those that Java takes as issuers */
    IMPORT_CHAIN_ALL
};

enum import_pick_status {
    IMPORT_PICK_OK,
    IMPORT_PICK_NO_LEAF, /* several, all of them CAs: a guess would leave others out in silence */
    IMPORT_PICK_NO_CA,
    IMPORT_PICK_FACTS /* a certificate whose facts cannot be told */
};

struct import_picked {
    size_t index; /* in the list */
    const char *alias;
};

struct import_picks {
    struct import_picked *items;
    size_t count;
};

enum import_chain import_chain_of(const char *word); /* "leaf", "ca", "all" */

/* The server's certificate, or the only one, goes by `alias`, the others by ALIAS-1, ALIAS-2, in
 * the order of the file. The same certificate twice is one. */
enum import_pick_status import_pick(const struct cert_list *list, enum import_chain chain,
                                    const char *alias, struct import_picks *ret)
    __attribute__((warn_unused_result));

#endif

/*
 * Every entry of a store, one line each, for those who want to see them all (-v): nobody needs
 * keytool to look. Glue; called by the check `store`.
 */
#ifndef TFHOOK_VERIFY_STORE_LISTING_H
#define TFHOOK_VERIFY_STORE_LISTING_H

#include "jvm_trust_stores.h"
#include "verify.h"

/* What Java makes of a trusted entry, in words. Sources: PKIXValidator takes a certificate that is
 * an entry at once, whatever its dates; it takes an entry for an issuer by CA:TRUE and keyCertSign,
 * and does not look at an anchor's dates. */
#define VERIFY_LEAF_ONLY                                                                           \
    "as exactly this certificate, which is no CA: a renewed one must be imported"
#define VERIFY_EXPIRED "it has expired, and Java will still accept it"

/* To the log; nothing is made of it where it would not be shown. */
void verify_list_entries(struct verify *v, const struct verify_store *store);

#endif

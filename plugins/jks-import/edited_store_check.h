/*
 * The proof before anything is staged: the new bytes, read again, hold what was meant and nothing
 * else. Pure.
 */
#ifndef TFHOOK_JKS_IMPORT_EDITED_STORE_CHECK_H
#define TFHOOK_JKS_IMPORT_EDITED_STORE_CHECK_H

#include <stdbool.h>

#include "truststore.h"

/* A certificate that was put under an alias; or, without one (NULL), what was under it removed. */
struct import_change {
    const char *alias;
    const unsigned char *sha256;
};

/* `after` trusts what `before` does, but for the changed aliases, which hold what was meant, and
 * every other entry has its bytes and its order. NULL when that is so, else what differs. */
const char *import_check_edited(const struct truststore *before, const struct truststore *after,
                                const struct import_change *changes, size_t count)
    __attribute__((warn_unused_result));

#endif

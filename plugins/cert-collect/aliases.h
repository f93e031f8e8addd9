/*
 * Who gets which alias. Pure.
 *
 * Fill one claim for each certificate to keep, then alias_settle() once; after that `alias` of each
 * is the name to keep it by. Several claims may end with one alias when their certificate is the
 * same.
 */
#ifndef TFHOOK_CERT_COLLECT_ALIASES_H
#define TFHOOK_CERT_COLLECT_ALIASES_H

#include <stdbool.h>
#include <stddef.h>

struct alias_claim {
    const char *alias;           /* short name; on return the one to use */
    const char *full;            /* the longer one, used when short names clash */
    const char *origin;          /* for messages: where the certificate is from */
    const unsigned char *sha256; /* of the certificate; NULL: not known, takes no part */
    bool fixed;                  /* the alias was given: it stays */
    bool lengthen;               /* alias_settle()'s own */
};

/* Two different certificates that claim one alias both get their full names. When that does not
 * part them, or gives no valid alias, what is returned has a sentence on each such case, separated
 * by "; "; else it is NULL. */
const char *alias_settle(struct alias_claim *claims, size_t count)
    __attribute__((warn_unused_result));

#endif

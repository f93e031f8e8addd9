/*
 * The certificates to keep, and who gets which alias. Pure.
 *
 * Fill one pick for each certificate, then alias_settle() once; after that `name` of each is the
 * name to keep it by. Several picks may end with one name when their certificate is the same.
 */
#ifndef TFHOOK_CERT_COLLECT_ALIASES_H
#define TFHOOK_CERT_COLLECT_ALIASES_H

#include <stdbool.h>
#include <stddef.h>

struct cert;
struct source;

/* A certificate to keep, or one that should have come and did not. */
struct pick {
    const struct source *source;
    const char *origin;      /* SOURCE, or the file in its directory */
    const char *alias;       /* short name */
    const char *full;        /* the longer one, used when short names clash */
    bool fixed;              /* the alias was given: it stays */
    const struct cert *cert; /* the leaf; when `missing` the copy that is kept; NULL: none */
    bool missing;
    const char *name; /* once settled: `alias` or `full` */
};

/* Two different certificates that claim one alias both get their full names. When that does not
 * part them, or gives no valid alias, what is returned has a sentence on each such case, separated
 * by "; "; else it is NULL. */
const char *alias_settle(struct pick *picks, size_t count) __attribute__((warn_unused_result));

#endif

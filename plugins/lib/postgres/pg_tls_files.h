/*
 * A certificate and key as PostgreSQL on this host would find them: read through the host, judged
 * by pgkey.h and cert.h. For the plugin that sets the tokens, before anything is staged, and for
 * the one that verifies them.
 *
 * Order: struct pgfiles found = {0}; pgfiles_check(); go through found.problems. Nothing to free.
 * The key is read in this call's process only and wiped before the return. Each problem is a whole
 * line: the path, what PostgreSQL would do, and how to mend it. None holds anything of the key.
 */
#ifndef TFHOOK_LIB_PG_TLS_FILES_H
#define TFHOOK_LIB_PG_TLS_FILES_H

#include <stdbool.h>
#include <tfhook/plugin.h>

enum pgfiles_weight {
    PGFILES_NOTE,    /* PostgreSQL starts; a person should know */
    PGFILES_STALE,   /* PostgreSQL starts, with a certificate that is not valid today */
    PGFILES_UNKNOWN, /* this process may not look: not root */
    PGFILES_FATAL    /* PostgreSQL does not start */
};

enum { PGFILES_MAX = 8, PGFILES_TEXT = 1024 };

struct pgfiles {
    struct pgfiles_problem {
        enum pgfiles_weight weight;
        char text[PGFILES_TEXT];
    } problems[PGFILES_MAX];
    size_t count;
    bool has_leaf;
    unsigned char leaf_sha256[32]; /* of the certificate that PostgreSQL would serve */
    char not_after_day[11];
};

void pgfiles_check(const struct tfhook_host *host, const char *cert, const char *key,
                   struct pgfiles *ret);
/* The gravest problem, or NULL. */
const struct pgfiles_problem *pgfiles_worst(const struct pgfiles *found);

#endif

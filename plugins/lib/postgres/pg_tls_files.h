/*
 * A certificate and key as PostgreSQL on this host would find them: read through the host, judged
 * by pgkey.h and cert.h. For the plugin that sets the tokens, before anything is staged, and for
 * the one that verifies them.
 *
 * Order: struct pg_tls_files found = {0}; pg_tls_files_check(); go through found.problems. Nothing
 * to free. The key is read in this call's process only and wiped before the return. Each problem is
 * a whole line: the path, what PostgreSQL would do, and how to mend it. None holds anything of the
 * key.
 */
#ifndef TFHOOK_LIB_PG_TLS_FILES_H
#define TFHOOK_LIB_PG_TLS_FILES_H

#include <tfhook/plugin.h>

enum pg_tls_files_weight {
    PG_TLS_FILES_NOTE,    /* PostgreSQL starts; a person should know */
    PG_TLS_FILES_STALE,   /* PostgreSQL starts, with a certificate that is not valid today */
    PG_TLS_FILES_UNKNOWN, /* this process may not look: not root */
    PG_TLS_FILES_FATAL    /* PostgreSQL does not start */
};

enum { PG_TLS_FILES_MAX = 8, PG_TLS_FILES_TEXT = 1024 };

struct pg_tls_files {
    struct pg_tls_problem {
        enum pg_tls_files_weight weight;
        char text[PG_TLS_FILES_TEXT];
    } problems[PG_TLS_FILES_MAX];
    size_t count;
    char not_after_day[11];
};

void pg_tls_files_check(const struct tfhook_host *host, const char *cert, const char *key,
                        struct pg_tls_files *ret);

#endif

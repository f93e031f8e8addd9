/*
 * What a step with pg-ssl-tokens is about: the document, the site it describes, and the tokens that
 * it should have. Glue: reads through the host.
 *
 * site_tokens_load() fills a zeroed struct. It returns TFHOOK_OK, or what the plugin then returns,
 * the reason set.
 */
#ifndef TFHOOK_PG_SSL_TOKENS_SITE_TOKENS_H
#define TFHOOK_PG_SSL_TOKENS_SITE_TOKENS_H

#include <stdbool.h>
#include <tfhook/plugin.h>

#include "site_options_edit.h"
#include "topology.h"

enum { TOKENS_MAX = 5 };

struct site_tokens {
    const char *path; /* of site-options.conf */
    bool external;    /* the database is not TeamForge's */
    bool always;
    bool distributed;
    struct separation separation; /* why it is, when it is distributed */
    struct site_options options;
    struct topology topology;
    struct site_want wants[TOKENS_MAX];
    size_t count;
};

int site_tokens_load(const struct tfhook_host *host, struct site_tokens *ret)
    __attribute__((warn_unused_result));
/* A failure that the document is to blame for. */
int site_tokens_fail(const struct tfhook_host *host, const struct site_tokens *site,
                     const struct site_error *error);
/* Nothing to do on this site, by `when`. */
bool site_tokens_needless(const struct site_tokens *site);
/* The message that says why; returns TFHOOK_SKIPPED. */
int site_tokens_skip(const struct tfhook_host *host, const struct site_tokens *site);

#endif

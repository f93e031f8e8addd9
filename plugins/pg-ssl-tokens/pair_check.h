/*
 * Certificate and key, judged as PostgreSQL would when it starts, on the host that runs the
 * database. Through the host.
 */
#ifndef TFHOOK_PG_SSL_TOKENS_PAIR_CHECK_H
#define TFHOOK_PG_SSL_TOKENS_PAIR_CHECK_H

#include "site_tokens.h"

/* TFHOOK_OK, or what the host's fail() returned. `staging`: the tokens are about to change. A
 * certificate that is not valid today is then a failure, before the site is stopped for it; on a
 * site that runs with it, a warning. */
int pair_check(const struct tfhook_host *host, const struct site_tokens *site, bool staging)
    __attribute__((warn_unused_result));

#endif

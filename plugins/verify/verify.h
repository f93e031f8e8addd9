/*
 * What the checks of one `verify` call share. Glue: one file a check, of its name.
 *
 * Order: verify_open() after a zeroed struct, then any of the checks; what they share is memory of
 * the call. The JVMs' stores are read at the first need. A check reports findings and returns
 * nothing: what it cannot look at is a finding too.
 */
#ifndef TFHOOK_VERIFY_VERIFY_H
#define TFHOOK_VERIFY_VERIFY_H

#include <stdbool.h>
#include <tfhook/plugin.h>

#include "bytes.h"
#include "cert.h"
#include "handshake.h"
#include "site_options.h"
#include "target.h"
#include "topology.h"

/* A collected copy: certificates/ALIAS.crt. */
struct verify_copy {
    const char *alias;
    const char *path;
    unsigned char sha256[CERT_SHA256_SIZE]; /* of the leaf */
    struct cert_facts facts;
};

enum verify_site_state { VERIFY_SITE_READ, VERIFY_SITE_ABSENT, VERIFY_SITE_BAD };

struct verify {
    const struct tfhook_host *host;
    bool all; /* scope */
    enum verify_site_state site_state;
    const char *site_path;
    struct site_options options; /* nothing is in it, nor in the next, unless it was read */
    struct topology topology;
    struct site_error site_error;

    struct verify_copy *copies;
    size_t copy_count;
    struct verify_copy_problem {
        const char *path;
        const char *text;
        bool denied; /* a lack of rights: nothing is said about the file */
    } * problems;    /* files of that directory that are no certificate */
    size_t problem_count;

    struct verify_stores *stores;   /* jvm_trust_stores.h */
    size_t counts[TFHOOK_FAIL + 1]; /* findings by verdict */
    struct bytes metrics;           /* metrics.h */
};

void verify_open(struct verify *v, const struct tfhook_host *host);

/* A token's value as it counts, or NULL. */
const char *verify_token(struct verify *v, const char *name);
/* Is DATABASE_SSL on? */
bool verify_database_ssl(struct verify *v);
const struct verify_copy *verify_copy_named(struct verify *v, const char *alias);
/* Is this host meant: loopback, or a name of this machine? */
bool verify_is_local(const struct verify *v, const struct verify_target *target);
/* Days from the run's clock to `seconds`, negative when that is past. */
long verify_days_left(const struct verify *v, int64_t seconds);

/* A finding with a formatted message. `id` holds its check: "postgres.answer". */
void verify_report(struct verify *v, const char *id, const char *subject,
                   enum tfhook_verdict verdict, const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* For a served certificate: `id` fails when it is expired or not valid yet, and warns within
 * warn-days. */
void verify_dates(struct verify *v, const char *id, const char *subject,
                  const struct cert_facts *facts);

/* Is the certificate for the target's name? If not, `id` warns with the hint. */
void verify_name(struct verify *v, const char *id, const struct verify_target *target,
                 const struct cert *leaf, const struct cert_facts *facts, const char *hint);
/* tls_run() with this plugin's limits. */
void verify_connect(struct verify *v, const struct tls_target *targets, size_t count,
                    struct tls_result *ret);

void verify_check_store(struct verify *v);
void verify_check_tokens(struct verify *v);
/* Why nothing is asked of this site's databases: not needed, or (a warning) not known. */
void verify_not_distributed(struct verify *v, const char *id, const char *subject);
void verify_check_postgres(struct verify *v);
void verify_check_servers(struct verify *v);
void verify_check_expiry(struct verify *v);
void verify_check_restart(struct verify *v);

#endif

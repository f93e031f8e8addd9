/* postgres: does each database really serve TLS, with the certificate that it should? */
#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

#include "jvm_trust_stores.h"
#include "kept_copy.h"
#include "memory.h"
#include "metrics.h"
#include "pgconf_ssl_origin.h"
#include "verify.h"

static const char default_user[] = "ctfuser", default_database[] = "ctfdb";

/* Those of the key; else the database hosts of the site, when their traffic is to be encrypted. */
static void collect_databases(struct verify *v, struct verify_targets *to)
{
    struct tfhook_names items = v->host->items(v->host, "database");
    struct separation why;
    for (size_t i = 0; i < items.count; i++)
        (void)verify_targets_add(to, items.names[i], PG_PORT);
    if (items.count > 0)
        return;
    if (v->site_state != VERIFY_SITE_READ) {
        verify_report(v, "postgres.answer", v->site_path, TFHOOK_SKIP,
                      "name the databases with the key database",
                      "which host runs a database is not known: %s %s", v->site_path,
                      v->site_state == VERIFY_SITE_ABSENT ? "does not exist" : "is not understood");
        return;
    }
    if (!verify_database_ssl(v) && !topology_distributed(&v->topology, &why)) {
        verify_not_distributed(v, "postgres.answer", "site");
        return;
    }
    for (size_t i = 0; i < v->topology.count; i++)
        if (topology_databases(&v->topology.hosts[i]) != 0)
            (void)verify_targets_add(to, v->topology.hosts[i].name, PG_PORT);
    if (to->count == 0)
        verify_report(v, "postgres.answer", "site", TFHOOK_SKIP,
                      "name the databases with the key database", "%s names no database host",
                      v->site_path);
}

static const struct site_host *host_of(struct verify *v, const struct verify_target *target)
{
    for (size_t i = 0; v->site_state == VERIFY_SITE_READ && i < v->topology.count; i++)
        if (strcasecmp(v->topology.hosts[i].name, target->host) == 0)
            return &v->topology.hosts[i];
    return NULL;
}

/* Compares with the file that a token names. 1 the same, 0 another, -1 not readable here. */
static int compare_with_token(struct verify *v, const char *token, const struct cert *served,
                              const char **looked_at)
{
    struct cert_list list = {0};
    const char *why = NULL, *path = verify_token(v, token);
    if (path == NULL || path[0] != '/' || kept_copy_read(v->host, path, &list, &why) != 0)
        return -1;
    bool same = memcmp(list.certs[0].sha256, served->sha256, CERT_SHA256_SIZE) == 0;
    *looked_at = memory_join(*looked_at, " and ", path);
    cert_list_free(&list);
    return same;
}

static void compare_database_copy(struct verify *v, const struct verify_target *target,
                                  const struct cert *served)
{
    static const char id[] = "postgres.served-certificate";
    const char *alias = memory_strn(target->host, strcspn(target->host, "."));
    const struct verify_copy *copy = verify_copy_named(v, alias);
    if (copy == NULL)
        verify_report(v, id, target->subject, TFHOOK_SKIP, "verify on the database host too",
                      "nothing here to compare it with: neither the file of POSTGRES_SSL_CERT_FILE "
                      "nor a collected copy %s.crt can be read",
                      alias);
    else if (memcmp(copy->sha256, served->sha256, CERT_SHA256_SIZE) == 0)
        verify_report(v, id, target->subject, TFHOOK_PASS, NULL, "is the one in %s", copy->path);
    else
        verify_report(v, id, target->subject, TFHOOK_WARN,
                      "verify on the database host, or collect it with postgres://HOST",
                      "is not the one in %s, which may be that host's web server's", copy->path);
}

static void check_served(struct verify *v, const struct verify_target *target,
                         const struct cert *served)
{
    static const char id[] = "postgres.served-certificate";
    const struct site_host *host = host_of(v, target);
    uint32_t databases = host == NULL ? ~0u : topology_databases(host);
    uint32_t baseline = 1u << SERVICE_BASELINE_DATABASE;
    const char *names = NULL;
    int same = -1, other = -1;
    bool local = verify_is_local(v, target); /* a token's path is the database host's own */
    if (local && (databases & ~baseline) != 0)
        same = compare_with_token(v, "POSTGRES_SSL_CERT_FILE", served, &names);
    if (local && same != 1 && (databases & baseline) != 0)
        other = compare_with_token(v, "POSTGRES_BASELINE_SSL_CERT_FILE", served, &names);
    if (same == 1 || other == 1)
        verify_report(v, id, target->subject, TFHOOK_PASS, NULL, "is the one in %s", names);
    else if (same == 0 || other == 0)
        verify_report(v, id, target->subject, TFHOOK_FAIL,
                      "restart PostgreSQL, and look into its log: a reload with a key that it "
                      "refuses keeps the old certificate without a word",
                      "is another one than in %s: PostgreSQL has not taken the file up", names);
    else
        compare_database_copy(v, target, served);
}

static void check_facts(struct verify *v, const struct verify_target *target,
                        const struct cert *served)
{
    struct cert_facts facts;
    if (cert_facts_of(served->der, served->size, &facts) < 0) {
        verify_report(v, "postgres.expiry", target->subject, TFHOOK_FAIL, NULL,
                      "its certificate does not parse");
        return;
    }
    verify_dates(v, "postgres.expiry", target->subject, &facts);
    verify_metrics_add(&v->metrics, "postgres", target->subject, "", &facts);
    if (facts.weak_signature || (facts.key_is_rsa && facts.key_bits < 2048))
        verify_report(v, "postgres.strength", target->subject, TFHOOK_WARN,
                      "get a certificate with SHA-256 and at least 2048 bits",
                      "its certificate is weak: %d bits%s", facts.key_bits,
                      facts.weak_signature ? ", signed with MD5 or SHA-1" : "");
    verify_name(v, "postgres.name", target, served, &facts,
                "clients that check names (sslmode=verify-full) would refuse it");
    cert_facts_free(&facts);
}

/* Information alone: no token of TeamForge's makes its database clients look at the issuer. */
static void check_trust(struct verify *v, const struct verify_target *target,
                        const struct cert_list *chain)
{
    const struct verify_stores *stores = verify_stores_get(v);
    for (size_t i = 0; i < stores->count; i++) {
        const char *text = NULL;
        if (stores->items[i].store == NULL)
            continue;
        bool trusted = verify_stores_judge(v, &stores->items[i], chain, "it", &text);
        verify_report(v, "postgres.trust", target->subject, trusted ? TFHOOK_PASS : TFHOOK_SKIP,
                      trusted ? NULL
                              : "not needed for TeamForge, which has no token that makes its "
                                "database clients check the issuer",
                      "%s", text);
    }
}

static enum tfhook_verdict unreachable_verdict(const struct verify *v,
                                               const struct verify_target *target)
{
    return v->all || verify_is_local(v, target) ? TFHOOK_FAIL : TFHOOK_WARN;
}

/* What the configuration says, where it can be read: for a hint. */
static void report_no_tls(struct verify *v, const struct verify_target *target,
                          const struct tls_result *result)
{
    const char *hint = "is this the port of PostgreSQL?";
    if (result->answer == PG_SSL_NO)
        hint = memory_join(verify_is_local(v, target) ? verify_pgconf_hint(v) : NULL, ". ",
                           "set the tokens with pg-ssl-tokens and deploy: teamforge provision");
    verify_report(v, "postgres.answer", target->subject, TFHOOK_FAIL, hint, "%s",
                  pg_ssl_text(result->answer));
}

static void judge_database(struct verify *v, const struct verify_target *target,
                           const struct tls_result *result)
{
    switch (result->status) {
    case TLS_NO_HOST:
    case TLS_NO_CONNECTION:
    case TLS_TIMED_OUT:
        verify_report(v, "postgres.connect", target->subject, unreachable_verdict(v, target),
                      "does PostgreSQL run there, and is its port open to this host?", "%s",
                      result->error);
        return;
    case TLS_NOT_OFFERED:
        report_no_tls(v, target, result);
        return;
    case TLS_HANDSHAKE:
    case TLS_LOCAL:
        verify_report(v, "postgres.handshake", target->subject, TFHOOK_FAIL, NULL, "%s",
                      result->error);
        return;
    case TLS_OK:
        break;
    }
    verify_report(v, "postgres.answer", target->subject, TFHOOK_PASS, NULL, "%s",
                  pg_ssl_text(result->answer));
    bool old = result->version < TLS1_2_VERSION;
    verify_report(v, "postgres.handshake", target->subject, old ? TFHOOK_FAIL : TFHOOK_PASS,
                  old ? "set ssl_min_protocol_version = 'TLSv1.2' in postgresql.conf" : NULL,
                  "%s%s", result->protocol, old ? " is too old: TLS 1.2 is the least" : "");
    if (result->chain.count == 0)
        return;
    check_served(v, target, &result->chain.certs[0]);
    check_facts(v, target, &result->chain.certs[0]);
    check_trust(v, target, &result->chain);
}

/* pg_hba.conf may refuse TLS while the handshake passes: a client then fails, or logs in without
 * it. Without the site's own user a refusal proves less. */
static void judge_login(struct verify *v, const struct verify_target *target,
                        const struct tls_result *result)
{
    static const char id[] = "postgres.login";
    const char *user = verify_token(v, "DATABASE_USERNAME");
    if (result->status == TLS_OK && result->plain == PG_PLAIN_ACCEPTED)
        verify_report(v, id, target->subject, TFHOOK_PASS, NULL,
                      "a login of %s over TLS is let in to authenticate",
                      user != NULL ? user : default_user);
    else if (result->status == TLS_OK && result->plain == PG_PLAIN_TLS_REFUSED)
        verify_report(v, id, target->subject, user != NULL ? TFHOOK_FAIL : TFHOOK_WARN,
                      "allow it in pg_hba.conf: hostssl or host, not hostnossl or reject; then "
                      "reload PostgreSQL",
                      "TLS works, but a login of %s from this host over TLS is refused by "
                      "pg_hba.conf: its clients fail, or go on in clear text",
                      user != NULL ? user : default_user);
    else if (result->status == TLS_OK)
        verify_report(v, id, target->subject, TFHOOK_SKIP, NULL,
                      "whether a login over TLS is let in is not known%s%s",
                      result->sqlstate[0] != '\0' ? ": SQLSTATE " : "", result->sqlstate);
}

static void judge_plain(struct verify *v, const struct verify_target *target,
                        const struct tls_result *result, bool tls_refused)
{
    static const char id[] = "postgres.clear-text";
    bool strict = strcmp(v->host->value(v->host, "clear-text"), "fail") == 0;
    if (result->status != TLS_OK)
        return; /* the other connection has said what is wrong */
    if (result->plain == PG_PLAIN_REFUSED && tls_refused)
        verify_report(v, id, target->subject, TFHOOK_SKIP, NULL,
                      "every login is refused, with TLS or without it");
    else if (result->plain == PG_PLAIN_REFUSED)
        verify_report(v, id, target->subject, TFHOOK_PASS, NULL, "%s",
                      pg_plain_text(result->plain));
    else if (result->plain == PG_PLAIN_ACCEPTED)
        verify_report(v, id, target->subject, strict ? TFHOOK_FAIL : TFHOOK_WARN,
                      "to refuse it, hostssl in place of host in pg_hba.conf; TeamForge rewrites "
                      "that file when it provisions",
                      "%s: a client that does not ask for TLS is let in without it",
                      pg_plain_text(result->plain));
    else
        verify_report(v, id, target->subject, TFHOOK_SKIP, NULL, "not known: %s%s%s",
                      pg_plain_text(result->plain),
                      result->sqlstate[0] != '\0' ? ", SQLSTATE " : "", result->sqlstate);
}

/* Two connections to each database: one that asks for TLS, one that does not. */
static void ask_databases(struct verify *v, const struct verify_targets *databases,
                          struct tls_target *targets, struct tls_result *results)
{
    const char *user = verify_token(v, "DATABASE_USERNAME");
    const char *name = verify_token(v, "DATABASE_NAME");
    for (size_t i = 0; i < databases->count; i++) {
        const struct verify_target *at = &databases->targets[i];
        targets[2 * i] = (struct tls_target){at->host, at->port, TLS_POSTGRES,
                                             user != NULL ? user : default_user,
                                             name != NULL ? name : default_database};
        targets[2 * i + 1] = targets[2 * i];
        targets[2 * i + 1].speech = TLS_POSTGRES_PLAIN;
    }
    verify_connect(v, targets, 2 * databases->count, results);
}

void verify_check_postgres(struct verify *v)
{
    struct verify_targets databases = {0};
    collect_databases(v, &databases);
    struct tls_target *targets = memory_new(2 * databases.count * sizeof targets[0]);
    struct tls_result *results = memory_new(2 * databases.count * sizeof results[0]);
    ask_databases(v, &databases, targets, results);
    for (size_t i = 0; i < databases.count; i++) {
        judge_database(v, &databases.targets[i], &results[2 * i]);
        judge_login(v, &databases.targets[i], &results[2 * i]);
        judge_plain(v, &databases.targets[i], &results[2 * i + 1],
                    results[2 * i].plain == PG_PLAIN_TLS_REFUSED);
    }
}

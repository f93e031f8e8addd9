/* Sources that present their certificate in a handshake, and whether to believe them. */
#include "chain_trust.h"
#include "collect.h"
#include "handshake.h"
#include "host_port.h"
#include "memory.h"

#include <string.h>

struct asked {
    struct collect *c;
    const struct source **sources;
    struct tls_target *targets;
    struct tls_result *results;
    size_t count;
    struct tls_trust *trust; /* made when it is first needed: reading it takes a while */
};

static void show_progress(void *arg, size_t done, size_t count, const struct tls_target *target)
{
    struct collect *c = arg;
    (void)count;
    c->host->progress(c->host, c->sources_done + done, c->source_count, target->host);
}

/* "CN=scm1, expires 2027-03-01, for scm1.example.com" */
static const char *describe_cert(const struct cert *cert)
{
    struct cert_facts facts;
    if (cert_facts_of(cert->der, cert->size, &facts) != 0)
        return "a certificate that does not parse";
    const char *text = memory_printf("%s, expires %s, for %s", facts.subject, facts.not_after_day,
                                     facts.names[0] != '\0' ? facts.names : "no name");
    cert_facts_free(&facts);
    return text;
}

static void refuse_unproved(struct collect *c, const struct source *source, const struct cert *leaf,
                            const char *why)
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(leaf->sha256, hex);
    collect_error(c, source->text,
                  "not trusted: %s; it presents SHA-256 %s (%s); when that is what the server's "
                  "own file has, write: %s",
                  why, hex, describe_cert(leaf), collect_paste_line(source, leaf));
}

/* The system store does not vouch for it: the pin on record decides, or the first use. */
static bool known_by_first_use(struct collect *c, const struct source *source,
                               const struct cert *leaf, const char *why)
{
    const char *server = source_server(source);
    const unsigned char *pin = pins_find(&c->pins, server);
    if (pin == NULL) {
        pins_set(&c->pins, server, leaf->sha256);
        c->pins_changed = true;
        c->host->log(c->host, TFHOOK_WARNING,
                     "%s: accepted at its first use, and pinned from now on (%s)", source->text,
                     why);
        return true;
    }
    if (memcmp(pin, leaf->sha256, CERT_SHA256_SIZE) == 0)
        return true;
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(pin, hex);
    refuse_unproved(
        c, source, leaf,
        memory_printf("%s, and it is not the one of the first use (SHA-256 %s)", why, hex));
    return false;
}

static void judge_handshake(struct asked *a, const struct source *source,
                            const struct tls_result *result)
{
    struct collect *c = a->c;
    const struct cert *leaf = &result->chain.certs[0];
    char why[200];
    if (!source->pinned) {
        if (a->trust == NULL)
            a->trust = tls_trust_system();
        if (a->trust == NULL)
            memory_exhausted();
        enum tls_verdict verdict =
            tls_trust_check(a->trust, &result->chain, source->host, c->host->now, why, sizeof(why));
        bool first_use = c->trust_first_use && verdict != TLS_UNKNOWN;
        if (verdict != TLS_TRUSTED && !first_use) {
            refuse_unproved(c, source, leaf, why);
            return;
        }
        if (verdict != TLS_TRUSTED && !known_by_first_use(c, source, leaf, why))
            return;
    }
    collect_take(c, source, NULL, &result->chain);
}

/* The error without the "HOST:PORT: " before it: the source is named anyway. */
static const char *reason_of(const struct tls_target *target, const char *error)
{
    const char *label = memory_printf("%s: ", host_port_text(target->host, target->port));
    if (error == NULL)
        return "out of memory";
    return strncmp(error, label, strlen(label)) == 0 ? error + strlen(label) : error;
}

static void take_result(struct asked *a, size_t at)
{
    const struct source *source = a->sources[at];
    const struct tls_result *result = &a->results[at];
    const char *error = reason_of(&a->targets[at], result->error);
    /* An attack and a lack of our own are no reason to fall back on an older copy. */
    if (result->status == TLS_OK)
        judge_handshake(a, source, result);
    else if (result->status == TLS_LOCAL || result->answer == PG_SSL_EXTRA)
        collect_error(a->c, source->text, "%s", error);
    else
        collect_missing(a->c, source, NULL, "%s", error);
}

static void list_targets(struct asked *a)
{
    struct collect *c = a->c;
    a->sources = memory_new(c->source_count * sizeof(const struct source *));
    a->targets = memory_new(c->source_count * sizeof(*a->targets));
    a->results = memory_new(c->source_count * sizeof(*a->results));
    for (size_t i = 0; i < c->source_count; i++) {
        const struct source *source = &c->sources[i];
        if (!source_is_network(source))
            continue;
        a->sources[a->count] = source;
        a->targets[a->count++] = (struct tls_target){
            .host = source->host,
            .port = source->port,
            .speech = source->kind == SOURCE_POSTGRES ? TLS_POSTGRES : TLS_DIRECT,
        };
    }
}

void collect_network(struct collect *c)
{
    struct asked a = {.c = c};
    list_targets(&a);
    tls_run(a.targets, a.count, c->parallel, c->timeout, show_progress, c, a.results);
    c->sources_done += a.count;
    for (size_t i = 0; i < a.count; i++)
        take_result(&a, i);
    tls_trust_free(a.trust);
}

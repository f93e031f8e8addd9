/* Sources that present their certificate in a handshake, and whether to believe them. */
#include "chain_trust.h"
#include "collect.h"
#include "handshake.h"

#include <stdio.h>
#include <stdlib.h>
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
static void describe_cert(struct bytes *out, const struct cert *cert)
{
    struct cert_facts facts;
    if (cert_facts_of(cert->der, cert->size, &facts) != 0) {
        bytes_text(out, "a certificate that does not parse");
        return;
    }
    bytes_printf(out, "%s, expires %s, for %s", facts.subject, facts.not_after_day,
                 facts.names[0] != '\0' ? facts.names : "no name");
    cert_facts_free(&facts);
}

static void refuse_unproved(struct collect *c, const struct source *source, const struct cert *leaf,
                            const char *why)
{
    char hex[CERT_SHA256_HEX_SIZE];
    struct bytes shown = {0}, line = {0};
    cert_hex(leaf->sha256, hex);
    describe_cert(&shown, leaf);
    collect_paste_line(&line, source, leaf);
    if (shown.failed || line.failed)
        collect_no_memory(c);
    else
        collect_error(
            c, source->text,
            "not trusted: %s; it presents SHA-256 %s (%s); when that is what the server's "
            "own file has, write: %s",
            why, hex, (char *)shown.data, (char *)line.data);
    bytes_free(&shown);
    bytes_free(&line);
}

/* The system store does not vouch for it: the pin on record decides, or the first use. */
static bool known_by_first_use(struct collect *c, const struct source *source,
                               const struct cert *leaf, const char *why)
{
    char *server = source_server(source);
    if (server == NULL) {
        collect_no_memory(c);
        return false;
    }
    const unsigned char *pin = pins_find(&c->pins, server);
    bool known = pin != NULL && memcmp(pin, leaf->sha256, CERT_SHA256_SIZE) == 0;
    if (pin != NULL && !known) {
        char hex[CERT_SHA256_HEX_SIZE];
        struct bytes text = {0};
        cert_hex(pin, hex);
        bytes_printf(&text, "%s, and it is not the one of the first use (SHA-256 %s)", why, hex);
        refuse_unproved(c, source, leaf, text.failed ? why : (char *)text.data);
        bytes_free(&text);
    } else if (pin == NULL) {
        known = pins_set(&c->pins, server, leaf->sha256);
        c->pins_changed = true;
        if (known)
            c->host->log(c->host, TFHOOK_WARNING,
                         "%s: accepted at its first use, and pinned from now on (%s)", source->text,
                         why);
        else
            collect_no_memory(c);
    }
    free(server);
    return known;
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
        if (a->trust == NULL) {
            collect_no_memory(c);
            return;
        }
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
    char label[300];
    bool v6 = strchr(target->host, ':') != NULL;
    int length =
        snprintf(label, sizeof(label), v6 ? "[%s]:%u: " : "%s:%u: ", target->host, target->port);
    if (error == NULL)
        return "out of memory";
    return length > 0 && strncmp(error, label, (size_t)length) == 0 ? error + length : error;
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

static bool list_targets(struct asked *a)
{
    struct collect *c = a->c;
    a->sources = calloc(c->source_count + 1, sizeof(const struct source *));
    a->targets = calloc(c->source_count + 1, sizeof(*a->targets));
    a->results = calloc(c->source_count + 1, sizeof(*a->results));
    if (a->sources == NULL || a->targets == NULL || a->results == NULL)
        return false;
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
    return true;
}

void collect_network(struct collect *c)
{
    struct asked a = {.c = c};
    if (list_targets(&a)) {
        tls_run(a.targets, a.count, c->parallel, c->timeout, show_progress, c, a.results);
        c->sources_done += a.count;
        for (size_t i = 0; i < a.count; i++) {
            take_result(&a, i);
            tls_result_free(&a.results[i]);
        }
    } else
        collect_no_memory(c);
    tls_trust_free(a.trust);
    free(a.sources);
    free(a.targets);
    free(a.results);
}

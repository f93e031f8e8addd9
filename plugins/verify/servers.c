/* servers: would the site's Java trust what each server presents today? */
#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

#include "jvm_trust_stores.h"
#include "memory.h"
#include "metrics.h"
#include "verify.h"

enum { HTTPS_PORT = 443 };

/* Those of the key; else the servers whose certificates were collected. A host that runs databases
 * and nothing else has no web server: its certificate is judged by the check postgres. */
static void collect_servers(struct verify *v, struct verify_targets *to)
{
    struct tfhook_names items = v->host->items(v->host, "server");
    for (size_t i = 0; i < items.count; i++)
        (void)verify_targets_add(to, items.names[i], HTTPS_PORT);
    if (items.count > 0)
        return;
    for (size_t i = 0; i < v->copy_count; i++) {
        const struct site_host *host = topology_host(&v->topology, v->copies[i].alias);
        if (host != NULL && topology_only_databases(host))
            continue;
        size_t before = to->count;
        (void)verify_targets_add(to, v->copies[i].alias, HTTPS_PORT);
        if (to->count > before)
            to->targets[before].guessed = true;
    }
    if (to->count == 0)
        verify_report(v, "servers.handshake", "site", TFHOOK_SKIP,
                      "name them with the key server, or collect their certificates",
                      "no server to connect to: %s holds no collected certificate of one",
                      v->host->value(v->host, "certificates"));
}

static void judge_trust(struct verify *v, const struct verify_target *target,
                        const struct tls_result *result, struct verify_store *store,
                        const char *subject)
{
    const char *text = NULL;
    if (store->store == NULL) {
        verify_report(v, "servers.trust", target->subject, TFHOOK_FAIL,
                      store->denied ? "run as root" : "see what verify says with checks = store",
                      "%s cannot be judged: %s: %s", subject, store->place->path,
                      store->error.text);
        return;
    }
    bool trusted = verify_stores_judge(v, store, &result->chain, subject, &text);
    verify_report(v, "servers.trust", target->subject, trusted ? TFHOOK_PASS : TFHOOK_FAIL,
                  trusted ? NULL : "collect its certificate and import it: tfhook apply", "%s",
                  text);
}

/* A server that was renewed and not collected again shows here by name. */
static void compare_server_copy(struct verify *v, const struct verify_target *target,
                                const struct cert *leaf)
{
    const char *alias = memory_strn(target->host, strcspn(target->host, "."));
    const struct verify_copy *copy = verify_copy_named(v, alias);
    if (copy == NULL || target->port != HTTPS_PORT)
        return;
    bool same = memcmp(copy->sha256, leaf->sha256, CERT_SHA256_SIZE) == 0;
    verify_report(v, "servers.copy", target->subject, same ? TFHOOK_PASS : TFHOOK_WARN,
                  same ? NULL : "collect it again: tfhook apply", "presents %s certificate than %s",
                  same ? "no other" : "another", copy->path);
}

static void judge_server(struct verify *v, const struct verify_target *target,
                         const struct tls_result *result)
{
    const struct verify_stores *stores = verify_stores_get(v);
    struct cert_facts facts;
    bool old = result->version < TLS1_2_VERSION;
    verify_report(v, "servers.handshake", target->subject, old ? TFHOOK_FAIL : TFHOOK_PASS,
                  old ? "a JVM of today refuses anything below TLS 1.2" : NULL, "%s",
                  result->protocol);
    if (result->chain.count == 0 ||
        cert_facts_of(result->chain.certs[0].der, result->chain.certs[0].size, &facts) < 0) {
        verify_report(v, "servers.trust", target->subject, TFHOOK_FAIL, NULL,
                      "its certificate does not parse");
        return;
    }
    for (size_t i = 0; i < stores->count; i++)
        judge_trust(v, target, result, &stores->items[i], facts.subject);
    if (stores->count == 0)
        verify_report(v, "servers.trust", target->subject, TFHOOK_FAIL,
                      "name the store with the key keystore, or the JVM with java-home",
                      "no trust store was found to judge %s%s%s", facts.subject,
                      stores->error != NULL ? ": " : "",
                      stores->error != NULL ? stores->error : "");
    verify_name(v, "servers.name", target, &result->chain.certs[0], &facts,
                "Java refuses it under this name: use the one it is made for");
    compare_server_copy(v, target, &result->chain.certs[0]);
    verify_dates(v, "servers.expiry", target->subject, &facts);
    verify_metrics_add(&v->metrics, "server", target->subject, "", &facts);
    cert_facts_free(&facts);
}

static void judge_result(struct verify *v, const struct verify_target *target,
                         const struct tls_result *result)
{
    bool silent = result->status == TLS_NO_HOST || result->status == TLS_NO_CONNECTION ||
                  result->status == TLS_TIMED_OUT;
    if (result->status == TLS_OK)
        judge_server(v, target, result);
    else if (result->status == TLS_NO_HOST && target->guessed)
        verify_report(v, "servers.handshake", target->subject, TFHOOK_WARN,
                      "name the servers with the key server: server = host:port",
                      "%s; host and port are a guess from the alias of the collected certificate",
                      result->error);
    else if (silent && !v->all && !verify_is_local(v, target))
        verify_report(v, "servers.handshake", target->subject, TFHOOK_WARN,
                      "it may be stopped: verify again when all servers are up", "%s",
                      result->error);
    else
        verify_report(v, "servers.handshake", target->subject, TFHOOK_FAIL,
                      silent ? "does it run? Another port is given as host:port, in the key server"
                             : NULL,
                      "%s", result->error);
}

void verify_check_servers(struct verify *v)
{
    struct verify_targets servers = {0};
    collect_servers(v, &servers);
    struct tls_target *targets = memory_new(servers.count * sizeof targets[0]);
    struct tls_result *results = memory_new(servers.count * sizeof results[0]);
    for (size_t i = 0; i < servers.count; i++)
        targets[i] = (struct tls_target){
            .host = servers.targets[i].host, .port = servers.targets[i].port, .speech = TLS_DIRECT};
    verify_connect(v, targets, servers.count, results);
    for (size_t i = 0; i < servers.count; i++)
        judge_result(v, &servers.targets[i], &results[i]);
}

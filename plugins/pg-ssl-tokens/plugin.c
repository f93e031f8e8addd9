/*
 * pg-ssl-tokens: the tokens in site-options.conf that make TeamForge encrypt its database traffic.
 * Glue: the document is site_options.h, the site topology.h, certificate and key pg_tls_files.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tfhook/plugin.h>

#include "bytes.h"
#include "pg_tls_files.h"
#include "site_tokens.h"

static const struct tfhook_key keys[] = {
    {"site-options", TFHOOK_PATH, 0, "/opt/collabnet/teamforge/etc/site-options.conf", NULL, 0, 0,
     "The site's options file. Only the lines of these tokens are changed; every other byte "
     "stays."},
    {"cert-file", TFHOOK_PATH, 1, NULL, NULL, 0, 0,
     "The certificate that PostgreSQL serves, in PEM form: POSTGRES_SSL_CERT_FILE. The path is the "
     "same on all servers; the file is needed on the database host."},
    {"key-file", TFHOOK_PATH, 1, NULL, NULL, 0, 0,
     "Its private key: POSTGRES_SSL_KEY_FILE. It must be postgres's and 0600 or tighter, or root's "
     "and 0640 or tighter with a group that postgres is in."},
    {"baseline-cert-file", TFHOOK_PATH, 0, NULL, NULL, 0, 0,
     "The certificate of the baseline database: POSTGRES_BASELINE_SSL_CERT_FILE. Required exactly "
     "when the site has a baseline database."},
    {"baseline-key-file", TFHOOK_PATH, 0, NULL, NULL, 0, 0,
     "Its private key: POSTGRES_BASELINE_SSL_KEY_FILE. Required exactly when the site has a "
     "baseline database."},
    {"when", TFHOOK_ENUM, 0, "distributed", "distributed external always", 0, 0,
     "distributed: nothing to do when every database is on the host of the service that uses it. "
     "external: the database is not TeamForge's, so no file is checked. always: whatever the site "
     "looks like."},
};

/* A path becomes a token's value: the rest of a line, in which {__NAME__} is replaced. */
static int check_paths(const struct tfhook_host *host)
{
    static const char *const names[] = {"cert-file", "key-file", "baseline-cert-file",
                                        "baseline-key-file"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = host->value(host, names[i]);
        if (path == NULL)
            continue;
        for (const char *c = path; *c != '\0'; c++)
            if ((unsigned char)*c < ' ' || *c == 0x7f)
                return host->reject(host, names[i],
                                    "a control character in a path, which a line of "
                                    "site-options.conf cannot hold");
        if (strstr(path, "{__") != NULL)
            return host->reject(host, names[i],
                                "%s: TeamForge would replace the {__...__} in it. Write the path "
                                "itself",
                                path);
        if (path[strlen(path) - 1] == ' ' || path[strlen(path) - 1] == '/')
            return host->reject(host, names[i], "%s: this cannot be the path of a file", path);
    }
    return TFHOOK_OK;
}

/* A config may be checked before it comes to its server: what is not there is judged by plan. */
static bool is_missing(const struct tfhook_host *host)
{
    struct tfhook_stat st = {.struct_size = sizeof st};
    const char *path = host->value(host, "site-options");
    if (host->stat(host, path, &st) != -ENOENT)
        return false;
    host->log(host, TFHOOK_WARNING, "%s does not exist here, so this step could not be checked",
              path);
    return true;
}

static int check(const struct tfhook_host *host)
{
    struct site_tokens site = {0};
    int result = check_paths(host);
    if (result == TFHOOK_OK && !is_missing(host))
        result = site_tokens_load(host, &site);
    site_tokens_free(&site);
    return result;
}

/* What the tokens do not cover, and what is not understood. */
static void warn_uncovered(const struct tfhook_host *host, const struct site_tokens *site)
{
    struct separation found;
    size_t cursor = 0;
    while (topology_separation(&site->topology, &cursor, &found))
        if (!found.covered)
            host->log(host, TFHOOK_WARNING,
                      "%s on %s uses %s on %s, and DATABASE_SSL does not cover that connection: "
                      "encrypt it by that product's own means",
                      service_name(found.user), found.user_host, service_name(found.database),
                      found.database_host);
    if (site->topology.cluster_line != 0)
        host->log(host, TFHOOK_WARNING,
                  "%s:%zu: CLUSTER_SERVICES is not understood: what it puts on which host is not "
                  "looked at",
                  site->path, site->topology.cluster_line);
}

/* `staging`: the tokens are about to change. A certificate that is not valid today is then a
 * failure, before the site is stopped for it; on a site that runs with it, a warning. */
static int check_pair(const struct tfhook_host *host, const char *cert, const char *key,
                      bool staging)
{
    struct pg_tls_files found = {0};
    struct bytes text = {0};
    pg_tls_files_check(host, cert, key, &found);
    enum pg_tls_files_weight limit = staging ? PG_TLS_FILES_STALE : PG_TLS_FILES_UNKNOWN;
    for (size_t i = 0; i < found.count; i++) {
        const struct pg_tls_problem *problem = &found.problems[i];
        if (problem->weight < limit)
            host->log(host, TFHOOK_WARNING, "%s", problem->text);
        else
            bytes_printf(&text, "%s%s", text.size > 0 ? ". And: " : "", problem->text);
    }
    int result = TFHOOK_OK;
    if (text.failed)
        result = host->fail(host, "out of memory");
    else if (text.size > 0)
        result = host->fail(host, "%s", (const char *)text.data);
    bytes_free(&text);
    return result;
}

/* A datamart has no tokens of its own: it is served with those of the operational database. */
static int check_files(const struct tfhook_host *host, const struct site_tokens *site, bool staging)
{
    const struct topology *topology = &site->topology;
    int result = TFHOOK_OK;
    if (site->external)
        return result;
    if (topology_local(topology) == NULL)
        host->log(host, TFHOOK_WARNING,
                  "%s names no host %s, which this host is called: certificate and key are not "
                  "checked here. Write the name that `hostname` prints",
                  site->path, host->hostname);
    if (topology_local_has(topology, SERVICE_DATABASE) ||
        topology_local_has(topology, SERVICE_DATAMART))
        result = check_pair(host, site->wants[1].value, site->wants[2].value, staging);
    if (result == TFHOOK_OK && topology_local_has(topology, SERVICE_BASELINE_DATABASE))
        result = check_pair(host, site->wants[3].value, site->wants[4].value, staging);
    return result;
}

static bool holds_database(const struct site_host *site_host)
{
    uint32_t databases =
        (1u << SERVICE_DATABASE) | (1u << SERVICE_DATAMART) | (1u << SERVICE_BASELINE_DATABASE);
    return (site_host->services & databases) != 0;
}

/* The names of hosts, separated by commas; `only_databases`, or all others than this one. */
static void names_of(const struct topology *topology, bool only_databases, struct bytes *out)
{
    for (size_t i = 0; i < topology->count; i++) {
        const struct site_host *at = &topology->hosts[i];
        if (only_databases ? holds_database(at) : !at->local)
            bytes_printf(out, "%s%s", out->size > 0 ? ", " : "", at->name);
    }
}

static void advise_next(const struct tfhook_host *host, const struct site_tokens *site)
{
    struct bytes others = {0}, databases = {0};
    names_of(&site->topology, false, &others);
    names_of(&site->topology, true, &databases);
    if (others.size > 0 && !others.failed)
        host->next_step(host,
                        "set the same tokens in site-options.conf on every other server (%s), with "
                        "the same paths: run this step there",
                        (const char *)others.data);
    if (databases.size > 0 && !databases.failed && site->topology.count > 1)
        host->next_step(host,
                        "with TeamForge stopped on all servers, deploy in this order: the database "
                        "server (%s), the application server, the others: teamforge provision",
                        (const char *)databases.data);
    else
        host->next_step(host, "deploy, so that the tokens take effect: teamforge provision");
    bytes_free(&others);
    bytes_free(&databases);
}

static int stage_edits(const struct tfhook_host *host, const struct site_tokens *site,
                       const struct site_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++) {
        const struct site_edit *edit = &edits->edits[i];
        int result = host->edit(host, site->path, edit->old_line, edit->new_line, edit->anchor);
        if (result < 0)
            return host->fail(host, "%s: the line of %s cannot be changed: %s", site->path,
                              edit->name, strerror(-result));
    }
    return TFHOOK_OK;
}

static void report_tokens(const struct tfhook_host *host, const struct site_tokens *site,
                          size_t changed)
{
    const struct separation *why = &site->separation;
    const char *elsewhere =
        site->external || (topology_local(&site->topology) != NULL &&
                           holds_database(topology_local(&site->topology)))
            ? ""
            : "; certificate and key are checked on the database host, not here";
    if (changed == 0)
        host->message(host, "all %zu tokens are set as wanted", site->count);
    else if (site->distributed)
        host->message(host, "%zu of %zu tokens to set: %s on %s uses %s on %s and %s%s", changed,
                      site->count, service_name(why->user), why->user_host,
                      service_name(why->database), why->database_host, why->why, elsewhere);
    else
        host->message(host, "%zu of %zu tokens to set: when = %s%s", changed, site->count,
                      site->external ? "external" : "always", elsewhere);
}

static int plan_site(const struct tfhook_host *host, const struct site_tokens *site)
{
    struct site_edits edits = {0};
    struct site_error error;
    warn_uncovered(host, site);
    if (site_tokens_needless(site))
        return site_tokens_skip(host, site);
    if (site_options_edit(&site->options, site->wants, site->count, &edits, &error) < 0)
        return error.line == 0 ? host->fail(host, "%s: %s", site->path, error.text)
                               : host->fail(host, "%s:%zu: %s", site->path, error.line, error.text);
    int result = check_files(host, site, edits.count > 0);
    if (result == TFHOOK_OK)
        result = stage_edits(host, site, &edits);
    if (result == TFHOOK_OK && edits.count > 0)
        advise_next(host, site);
    if (result == TFHOOK_OK)
        report_tokens(host, site, edits.count);
    site_edits_free(&edits);
    return result;
}

static int plan(const struct tfhook_host *host)
{
    struct site_tokens site = {0};
    int result = site_tokens_load(host, &site);
    if (result == TFHOOK_OK)
        result = plan_site(host, &site);
    site_tokens_free(&site);
    return result;
}

static void verify_token(const struct tfhook_host *host, const struct site_tokens *site,
                         const struct site_want *want)
{
    static const char hint[] = "run: tfhook apply --step NAME, with the name of this step";
    struct site_error error;
    struct bytes text = {0};
    char *value = NULL;
    int result = site_options_get(&site->options, want->name, &value, &error);
    bool right = result == 0 && strcmp(value, want->value) == 0;
    if (result < 0)
        bytes_printf(&text, "%s, in %s", error.text, site->path);
    else
        bytes_printf(&text, "%s %s, in %s", right ? "is" : "is not", want->value, site->path);
    host->finding(host, "tokens", "tokens.value", want->name, right ? TFHOOK_PASS : TFHOOK_FAIL,
                  text.failed ? "out of memory" : (const char *)text.data, right ? NULL : hint);
    bytes_free(&text);
    free(value);
}

static int verify(const struct tfhook_host *host)
{
    struct site_tokens site = {0};
    int result = site_tokens_load(host, &site);
    if (result == TFHOOK_OK && site_tokens_needless(&site))
        result = site_tokens_skip(host, &site);
    else if (result == TFHOOK_OK)
        for (size_t i = 0; i < site.count; i++)
            verify_token(host, &site, &site.wants[i]);
    site_tokens_free(&site);
    return result;
}

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = 0,
    .name = "pg-ssl-tokens",
    .version = "1.0.0",
    .summary = "set the tokens that make TeamForge encrypt its database traffic",
    .manual =
        "Sets DATABASE_SSL, POSTGRES_SSL_CERT_FILE and POSTGRES_SSL_KEY_FILE in "
        "site-options.conf, and the two POSTGRES_BASELINE_SSL_ ones where the site has a baseline "
        "database. Only these lines change. Which host runs what is read from host:SERVICES and "
        "HOST_host; where every database is on the host of the service that uses it there is "
        "nothing to do, and the step says so.\n\n"
        "On the database host, certificate and key are checked first as PostgreSQL would when it "
        "starts: both there, belonging together, no passphrase, an owner and a mode that it "
        "accepts. A key that PostgreSQL refuses takes the whole site down, so a step that finds "
        "one fails before anything is changed.\n\n"
        "The tokens must be the same on all servers: run the step on each. The plan ends with the "
        "names of the others. They take effect when TeamForge is deployed (teamforge provision).",
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .key_size = sizeof keys[0],
    .check = check,
    .plan = plan,
    .verify = verify,
};

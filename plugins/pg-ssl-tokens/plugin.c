/*
 * pg-ssl-tokens: the tokens in site-options.conf that make TeamForge encrypt its database traffic.
 * Glue: the document is site_options.h, the site topology.h, certificate and key pair_check.h.
 */
#include <errno.h>
#include <string.h>
#include <tfhook/plugin.h>

#include "memory.h"
#include "pair_check.h"
#include "shared_keys.h"
#include "site_tokens.h"

static const struct tfhook_key keys[] = {
    {KEY_SITE_OPTIONS,
     .help =
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

/* The names of hosts, separated by commas; `only_databases`, or all others than this one. NULL:
 * none.
 */
static const char *names_of(const struct topology *topology, bool only_databases)
{
    const char *names = NULL;
    for (size_t i = 0; i < topology->count; i++) {
        const struct site_host *at = &topology->hosts[i];
        if (only_databases ? topology_databases(at) != 0 : !at->local)
            names = memory_join(names, ", ", at->name);
    }
    return names;
}

static void advise_next(const struct tfhook_host *host, const struct site_tokens *site)
{
    const char *others = names_of(&site->topology, false);
    const char *databases = names_of(&site->topology, true);
    if (others != NULL)
        host->next_step(host,
                        "set the same tokens in site-options.conf on every other server (%s), with "
                        "the same paths: run this step there",
                        others);
    if (databases != NULL && site->topology.count > 1)
        host->next_step(host,
                        "with TeamForge stopped on all servers, deploy in this order: the database "
                        "server (%s), the application server, the others: teamforge provision",
                        databases);
    else
        host->next_step(host, "deploy, so that the tokens take effect: teamforge provision");
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
                           topology_databases(topology_local(&site->topology)) != 0)
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
        return site_tokens_fail(host, site, &error);
    int result = pair_check(host, site, edits.count > 0);
    if (result == TFHOOK_OK)
        result = stage_edits(host, site, &edits);
    if (result == TFHOOK_OK && edits.count > 0)
        advise_next(host, site);
    if (result == TFHOOK_OK)
        report_tokens(host, site, edits.count);
    return result;
}

static int plan(const struct tfhook_host *host)
{
    struct site_tokens site = {0};
    int result = site_tokens_load(host, &site);
    return result == TFHOOK_OK ? plan_site(host, &site) : result;
}

static void verify_token(const struct tfhook_host *host, const struct site_tokens *site,
                         const struct site_want *want)
{
    static const char hint[] = "run: tfhook apply --step NAME, with the name of this step";
    struct site_error error;
    char *value = NULL;
    int result = site_options_get(&site->options, want->name, &value, &error);
    bool right = result == 0 && strcmp(value, want->value) == 0;
    const char *what =
        result < 0 ? error.text : memory_printf("%s %s", right ? "is" : "is not", want->value);
    host->finding(host, "tokens", "tokens.value", want->name, right ? TFHOOK_PASS : TFHOOK_FAIL,
                  memory_printf("%s, in %s", what, site->path), right ? NULL : hint);
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

/*
 * verify: proves that the site's TLS works, from the files to the wire. Verify-only: it plans
 * nothing. Glue: each check is a file of its name.
 */
#include <string.h>
#include <tfhook/plugin.h>

#include "shared_keys.h"
#include "verify.h"

static const struct tfhook_key keys[] = {
    {"checks", TFHOOK_ENUMS, 0, "store, tokens, postgres, servers, expiry, restart",
     "store tokens postgres servers expiry restart", 0, 0,
     "What to look at. store: the certificates that the JVMs trust; tokens: site-options.conf; "
     "postgres: TLS of the databases; servers: handshakes, judged as Java does; expiry: dates; "
     "restart: JVMs that run since before the store was changed."},
    {"scope", TFHOOK_ENUM, 0, NULL, "local all", 0, 0,
     "local: peers that do not answer are warnings; all: they are failures. Without it: local at a "
     "hook, all in `tfhook verify`."},
    {"server", TFHOOK_LIST, 0, NULL, NULL, 0, 0,
     "Servers to connect to, host[:port], 443 by default. Without it: those whose certificates "
     "were collected."},
    {"database", TFHOOK_LIST, 0, NULL, NULL, 0, 0,
     "Databases to connect to, host[:port], 5432 by default. Without it: the database hosts of "
     "site-options.conf."},
    {"data-directory", TFHOOK_PATH, 0, NULL, NULL, 0, 0,
     "PostgreSQL's data directory on this host, whose postgresql.conf may explain what the wire "
     "shows. Without it: the usual places."},
    {"clear-text", TFHOOK_ENUM, 0, "warn", "warn fail", 0, 0,
     "The finding when PostgreSQL also accepts connections without TLS, as TeamForge sets it up."},
    {"warn-days", TFHOOK_NUMBER, 0, "30", NULL, 0, 36500,
     "Warn about certificates that expire within so many days."},
    {"metrics-file", TFHOOK_PATH, 0, NULL, NULL, 0, 0,
     "File to write for Prometheus' textfile collector: x509_cert_not_after of each certificate."},
    {KEY_CERTIFICATES, .help = "Directory of the collected copies, ALIAS.crt."},
    {KEY_SITE_OPTIONS, .help = "The site's options file."},
    {KEY_KEYSTORE, .help = "auto, or paths of trust stores. auto: the store that each JVM of "
                           "java-home really loads."},
    {KEY_JAVA_HOME, .help = "auto (the JVM that TeamForge runs), all, or directories."},
    {KEY_PASSWORD_FILE,
     .help = "File whose first line is the store's password. Without it: changeit."},
};

static const struct {
    const char *name;
    void (*run)(struct verify *v);
} checks[] = {
    {"store", verify_check_store},       {"tokens", verify_check_tokens},
    {"postgres", verify_check_postgres}, {"servers", verify_check_servers},
    {"expiry", verify_check_expiry},     {"restart", verify_check_restart},
};

static int check(const struct tfhook_host *host)
{
    static const char *const lists[] = {"server", "database"};
    for (size_t i = 0; i < 2; i++) {
        struct tfhook_names items = host->items(host, lists[i]);
        for (size_t j = 0; j < items.count; j++) {
            struct verify_target target;
            const char *why = NULL;
            if (!verify_target_parse(items.names[j], 1, &target, &why))
                return host->reject(host, lists[i], "\"%s\": %s. Write host or host:port",
                                    items.names[j], why);
        }
    }
    return TFHOOK_OK;
}

static bool is_wanted(struct tfhook_names wanted, const char *name)
{
    for (size_t i = 0; i < wanted.count; i++)
        if (strcmp(wanted.names[i], name) == 0)
            return true;
    return false;
}

static int publish_metrics(struct verify *v)
{
    const char *path = v->host->value(v->host, "metrics-file");
    if (path == NULL)
        return TFHOOK_OK;
    int result = v->host->publish(v->host, path, v->metrics.data, v->metrics.size);
    if (result < 0)
        return v->host->fail(v->host, "%s: the metrics cannot be written: %s", path,
                             strerror(-result));
    return TFHOOK_OK;
}

static int verify(const struct tfhook_host *host)
{
    struct verify v = {0};
    struct tfhook_names wanted = host->items(host, "checks");
    verify_open(&v, host);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (is_wanted(wanted, checks[i].name))
            checks[i].run(&v);
    host->message(host, "%zu passed, %zu warnings, %zu failed, %zu not looked at",
                  v.counts[TFHOOK_PASS], v.counts[TFHOOK_WARN], v.counts[TFHOOK_FAIL],
                  v.counts[TFHOOK_SKIP]);
    int result = publish_metrics(&v);
    bytes_free(&v.metrics);
    return result;
}

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = 1,
    .name = "verify",
    .version = "1.0.0",
    .summary = "prove that the site's TLS works, from the files to the wire",
    .manual =
        "Looks, and changes nothing. What the trust store holds is judged as a JVM judges it, "
        "which is not what a listing shows: an entry can be there and not be trusted. Servers and "
        "databases are judged by the certificate that they present now, not by files: a PostgreSQL "
        "that was reloaded with a key it refuses goes on with its old certificate and says "
        "nothing. What a configuration file says is a hint at most.\n\n"
        "A finding is pass, warn, fail or skip; one that fails makes the run fail with status 5. "
        "A server that does not answer is a warning at a hook, when others may be stopped, and a "
        "failure in `tfhook verify`.",
    .keys = keys,
    .key_count = sizeof keys / sizeof keys[0],
    .key_size = sizeof keys[0],
    .check = check,
    .plan = NULL,
    .verify = verify,
};

#include "site_tokens.h"

#include <errno.h>
#include <string.h>

int site_tokens_fail(const struct tfhook_host *host, const struct site_tokens *site,
                     const struct site_error *error)
{
    if (error->line > 0)
        return host->fail(host, "%s:%zu: %s", site->path, error->line, error->text);
    return host->fail(host, "%s: %s", site->path, error->text);
}

static int read_document(const struct tfhook_host *host, struct site_tokens *site)
{
    struct tfhook_data data;
    struct site_error error;
    int result = host->read(host, site->path, 0, &data);
    if (result == -ENOENT)
        return host->fail(host,
                          "%s does not exist. On a TeamForge server, name its site-options.conf "
                          "with the key site-options; elsewhere this step is not needed",
                          site->path);
    if (result < 0)
        return host->fail(host, "%s cannot be read: %s", site->path, strerror(-result));
    if (site_options_parse(data.data, data.size, &site->options, &error) < 0)
        return site_tokens_fail(host, site, &error);
    return TFHOOK_OK;
}

static int read_topology(const struct tfhook_host *host, struct site_tokens *site)
{
    struct site_error error;
    if (topology_read(&site->options, host->hostname, &site->topology, &error) == 0)
        return TFHOOK_OK;
    /* A site without hosts says nothing, which is enough when nothing hangs on them. */
    if (site->external && error.line == 0)
        return TFHOOK_OK;
    return site_tokens_fail(host, site, &error);
}

/* Both are required exactly when the site has a baseline database. */
static int want_baseline(const struct tfhook_host *host, struct site_tokens *site)
{
    const char *cert = host->value(host, "baseline-cert-file");
    const char *key = host->value(host, "baseline-key-file");
    bool baseline = topology_has(&site->topology, SERVICE_BASELINE_DATABASE);
    /* With a foreign database no host has baseline-database; the service that uses it tells. */
    if (site->external && topology_has(&site->topology, SERVICE_BASELINE))
        baseline = baseline || cert != NULL || key != NULL;
    if (!baseline) {
        if (cert != NULL || key != NULL)
            host->log(host, TFHOOK_WARNING,
                      "baseline-cert-file and baseline-key-file are not used: %s names no "
                      "baseline-database",
                      site->path);
        return TFHOOK_OK;
    }
    if (cert == NULL || key == NULL) {
        const char *missing = cert == NULL ? "baseline-cert-file" : "baseline-key-file";
        return host->reject(host, missing,
                            "the site has a baseline database (baseline-database in %s), so the "
                            "key %s is required: add it to this step",
                            site->path, missing);
    }
    site->wants[site->count++] = (struct site_want){"POSTGRES_BASELINE_SSL_CERT_FILE", cert};
    site->wants[site->count++] = (struct site_want){"POSTGRES_BASELINE_SSL_KEY_FILE", key};
    return TFHOOK_OK;
}

int site_tokens_load(const struct tfhook_host *host, struct site_tokens *ret)
{
    const char *when = host->value(host, "when");
    ret->path = host->value(host, "site-options");
    ret->external = strcmp(when, "external") == 0;
    ret->always = strcmp(when, "always") == 0;
    int result = read_document(host, ret);
    if (result == TFHOOK_OK)
        result = read_topology(host, ret);
    if (result != TFHOOK_OK)
        return result;
    ret->distributed = topology_distributed(&ret->topology, &ret->separation);
    ret->wants[0] = (struct site_want){"DATABASE_SSL", "on"};
    ret->wants[1] = (struct site_want){"POSTGRES_SSL_CERT_FILE", host->value(host, "cert-file")};
    ret->wants[2] = (struct site_want){"POSTGRES_SSL_KEY_FILE", host->value(host, "key-file")};
    ret->count = 3;
    return site_tokens_needless(ret) ? TFHOOK_OK : want_baseline(host, ret);
}

bool site_tokens_needless(const struct site_tokens *site)
{
    return !site->external && !site->always && !site->distributed;
}

int site_tokens_skip(const struct tfhook_host *host, const struct site_tokens *site)
{
    const struct topology *topology = &site->topology;
    if (!topology_has_databases(topology))
        return host->skip(host,
                          "nothing to encrypt: %s puts no database on any host. If the site uses "
                          "one that is not TeamForge's, set when = external",
                          site->path);
    if (topology->count == 1)
        return host->skip(host,
                          "nothing to encrypt: a single server (%s) runs every database and every "
                          "service that uses one",
                          topology->hosts[0].name);
    return host->skip(host,
                      "nothing to encrypt: every database is on the host of the service that "
                      "uses it, as %s has it",
                      site->path);
}

#include "pair_check.h"

#include "memory.h"
#include "pg_tls_files.h"

static int check_pair(const struct tfhook_host *host, const struct site_want *cert,
                      const struct site_want *key, bool staging)
{
    struct pg_tls_files found = {0};
    const char *text = NULL;
    pg_tls_files_check(host, cert->value, key->value, &found);
    enum pg_tls_files_weight limit = staging ? PG_TLS_FILES_STALE : PG_TLS_FILES_UNKNOWN;
    for (size_t i = 0; i < found.count; i++) {
        const struct pg_tls_problem *problem = &found.problems[i];
        if (problem->weight < limit)
            host->log(host, TFHOOK_WARNING, "%s", problem->text);
        else
            text = memory_join(text, ". And: ", problem->text);
    }
    return text == NULL ? TFHOOK_OK : host->fail(host, "%s", text);
}

/* A datamart has no tokens of its own: it is served with those of the operational database. */
int pair_check(const struct tfhook_host *host, const struct site_tokens *site, bool staging)
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
        result = check_pair(host, &site->wants[1], &site->wants[2], staging);
    if (result == TFHOOK_OK && topology_local_has(topology, SERVICE_BASELINE_DATABASE))
        result = check_pair(host, &site->wants[3], &site->wants[4], staging);
    return result;
}

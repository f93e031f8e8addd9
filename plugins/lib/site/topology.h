/*
 * Which host of a TeamForge site runs what, as site-options.conf says. Pure.
 *
 * Order: site_options_parse(), topology_read(), ask. Both forms are read:
 * `host:SERVICES=` and the older `HOST_host=`, with new and old names of services.
 *
 * Errors: -EINVAL with a site_error that says which line. A name that is `localhost` beside another
 * host is one: on the other servers it would mean another machine.
 */
#ifndef TFHOOK_LIB_TOPOLOGY_H
#define TFHOOK_LIB_TOPOLOGY_H

#include <stdint.h>

#include "site_options.h"

/* The services that matter here; all others are counted as present and no more. */
enum service {
    SERVICE_CTFCORE,
    SERVICE_DATABASE,
    SERVICE_DATAMART,
    SERVICE_ETL,
    SERVICE_BASELINE,
    SERVICE_BASELINE_DATABASE,
    SERVICE_GERRIT,
    SERVICE_GERRIT_DATABASE,
    SERVICE_BINARY,
    SERVICE_BINARY_DATABASE,
    SERVICE_WEBR,
    SERVICE_WEBR_DATABASE,
    SERVICE_REVIEWBOARD,
    SERVICE_REVIEWBOARD_DATABASE,
    SERVICE_COUNT
};

struct site_host {
    const char *name;  /* as written */
    uint32_t services; /* bits: 1 << enum service */
    bool others;       /* it runs a service that is not in that list, too */
    size_t line;       /* where it is named first, from 1 */
    bool local;        /* this machine */
};

struct topology {
    struct site_host *hosts;
    size_t count;
    size_t cluster_line; /* a CLUSTER_SERVICES token, which is not understood; 0: none */
};

int topology_read(const struct site_options *options, const char *hostname, struct topology *ret,
                  struct site_error *error) __attribute__((warn_unused_result));

const char *service_name(enum service service);
/* Those databases of the host, as bits, whose connections DATABASE_SSL is about. */
uint32_t topology_databases(const struct site_host *host);
/* Does any host have one? */
bool topology_has_databases(const struct topology *topology);
/* Does a host run databases and nothing else? It then has no web server. */
bool topology_only_databases(const struct site_host *host);
/* The host that is meant by a name, short or full; NULL when there is none. */
const struct site_host *topology_host(const struct topology *topology, const char *name);
/* Does any host, or this machine, have the service? */
bool topology_has(const struct topology *topology, enum service service);
bool topology_local_has(const struct topology *topology, enum service service);
/* NULL when no line names this machine. */
const struct site_host *topology_local(const struct topology *topology);

/* A service on a host that its database is not on. */
struct separation {
    enum service user, database;
    const char *user_host, *database_host;
    const char *why; /* what the service does with the database */
    bool covered;    /* by DATABASE_SSL and its tokens */
};

/* Goes through all separations: *cursor starts at 0; false when there is none left. */
bool topology_separation(const struct topology *topology, size_t *cursor, struct separation *ret)
    __attribute__((warn_unused_result));
/* The first covered one: the site is distributed, in the sense that these tokens are about. */
bool topology_distributed(const struct topology *topology, struct separation *ret)
    __attribute__((warn_unused_result));

#endif

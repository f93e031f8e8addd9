#include "topology.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "memory.h"

/* New name, and the one that HOST_host= had up to 17.0. */
static const struct {
    const char *name, *old;
} services[SERVICE_COUNT] = {
    [SERVICE_CTFCORE] = {"ctfcore", "app"},
    [SERVICE_DATABASE] = {"ctfcore-database", "database"},
    [SERVICE_DATAMART] = {"ctfcore-datamart", "datamart"},
    [SERVICE_ETL] = {"etl", NULL},
    [SERVICE_BASELINE] = {"baseline", NULL},
    [SERVICE_BASELINE_DATABASE] = {"baseline-database", NULL},
    [SERVICE_GERRIT] = {"gerrit", NULL},
    [SERVICE_GERRIT_DATABASE] = {"gerrit-database", NULL},
    [SERVICE_BINARY] = {"binary", NULL},
    [SERVICE_BINARY_DATABASE] = {"binary-database", NULL},
    [SERVICE_WEBR] = {"webr", NULL},
    [SERVICE_WEBR_DATABASE] = {"webr-database", NULL},
    [SERVICE_REVIEWBOARD] = {"reviewboard", NULL},
    [SERVICE_REVIEWBOARD_DATABASE] = {"reviewboard-database", NULL},
};

/* Who talks to which database, and whether DATABASE_SSL is about that connection. Reports are read
 * from the datamart by the application; ETL reads the site's database and fills the datamart. */
static const struct {
    enum service user, database;
    bool covered;
    const char *why;
} uses[] = {
    {SERVICE_CTFCORE, SERVICE_DATABASE, true, "keeps the site's data in it"},
    {SERVICE_ETL, SERVICE_DATAMART, true, "fills it"},
    {SERVICE_ETL, SERVICE_DATABASE, true, "reads the site's data from it"},
    {SERVICE_CTFCORE, SERVICE_DATAMART, true, "reads its reports from it"},
    {SERVICE_BASELINE, SERVICE_BASELINE_DATABASE, true, "keeps its baselines in it"},
    {SERVICE_GERRIT, SERVICE_GERRIT_DATABASE, false, "keeps its reviews in it"},
    {SERVICE_BINARY, SERVICE_BINARY_DATABASE, false, "keeps its index in it"},
    {SERVICE_WEBR, SERVICE_WEBR_DATABASE, false, "keeps its data in it"},
    {SERVICE_REVIEWBOARD, SERVICE_REVIEWBOARD_DATABASE, false, "keeps its reviews in it"},
};

enum { USES = sizeof uses / sizeof uses[0] };

const char *service_name(enum service service)
{
    return services[service].name;
}

static uint32_t service_bit(enum service service)
{
    return UINT32_C(1) << service;
}

/* Host names are compared as DNS does, whatever the case. `app1` and `app1.example.com` are one
 * machine; `app1.a.example` and `app1.b.example` are not. */
static bool same_host(const char *a, size_t a_size, const char *b)
{
    size_t b_size = strlen(b);
    size_t common = a_size < b_size ? a_size : b_size;
    if (strncasecmp(a, b, common) != 0)
        return false;
    if (a_size == b_size)
        return true;
    const char *rest = a_size < b_size ? b + common : a + common;
    return *rest == '.' && memchr(a, '.', common) == NULL;
}

static struct site_host *find_or_add(struct topology *topology, const char *name, size_t size,
                                     size_t line)
{
    for (size_t i = 0; i < topology->count; i++)
        if (same_host(name, size, topology->hosts[i].name))
            return &topology->hosts[i];
    struct site_host *host = memory_push(topology->hosts, topology->count);
    host->name = memory_strn(name, size);
    host->line = line;
    return host;
}

static void add_services(const char *list, struct site_host *host)
{
    static const char between[] = " \t,";
    for (list += strspn(list, between); *list != '\0'; list += strspn(list, between)) {
        size_t size = strcspn(list, between);
        bool known = false;
        for (size_t i = 0; !known && i < SERVICE_COUNT; i++) {
            known = site_text_is(list, size, services[i].name) ||
                    (services[i].old != NULL && site_text_is(list, size, services[i].old));
            if (known)
                host->services |= UINT32_C(1) << i;
        }
        host->others = host->others || !known;
        list += size;
    }
}

/* The host that a token's name is about: "app1:SERVICES" and "HOST_app1" give app1. */
static bool host_of(const struct site_line *line, const char **ret_name, size_t *ret_size)
{
    static const char suffix[] = ":SERVICES", prefix[] = "HOST_";
    size_t size = line->name_size;
    if (size > sizeof suffix - 1 &&
        memcmp(line->name + size - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0) {
        *ret_name = line->name;
        *ret_size = size - (sizeof suffix - 1);
        return memchr(line->name, ':', *ret_size) == NULL;
    }
    if (size > sizeof prefix - 1 && memcmp(line->name, prefix, sizeof prefix - 1) == 0 &&
        memchr(line->name, ':', size) == NULL) {
        *ret_name = line->name + sizeof prefix - 1;
        *ret_size = size - (sizeof prefix - 1);
        return true;
    }
    return false;
}

static bool is_cluster(const struct site_line *line)
{
    static const char suffix[] = ":CLUSTER_SERVICES";
    size_t size = sizeof suffix - 1;
    return line->name_size > size && memcmp(line->name + line->name_size - size, suffix, size) == 0;
}

/* The same token twice: which one counts is not known. */
static size_t find_repeated(const struct site_options *options, size_t number)
{
    const struct site_line *line = &options->lines[number];
    for (size_t i = 0; i < number; i++) {
        const struct site_line *other = &options->lines[i];
        if (other->kind == SITE_TOKEN && other->name_size == line->name_size &&
            strncasecmp(other->name, line->name, line->name_size) == 0)
            return i + 1;
    }
    return 0;
}

static int read_host(struct topology *topology, const struct site_options *options, size_t number,
                     const char *name, size_t size, struct site_error *error)
{
    const struct site_line *line = &options->lines[number];
    char *value = NULL;
    size_t first = find_repeated(options, number);
    int shown = (int)(size < 100 ? size : 100);
    if (line->kind == SITE_BLOCK_START) {
        site_error_set(error, number + 1, "the services of %.*s are a multi-line block", shown,
                       name);
        return -EINVAL;
    }
    if (first != 0) {
        site_error_set(error, number + 1,
                       "the services of %.*s are on line %zu and again on line %zu; TeamForge does "
                       "not say which of them counts: delete one",
                       shown, name, first, number + 1);
        return -EINVAL;
    }
    int result = site_options_resolve(options, number, &value, error);
    if (result < 0)
        return result;
    add_services(value, find_or_add(topology, name, size, number + 1));
    return 0;
}

/* Marks this machine, and refuses what would mean different machines on different servers. */
static int settle_hosts(struct topology *topology, const char *hostname, struct site_error *error)
{
    if (topology->count == 0) {
        site_error_set(error, 0,
                       "no host:SERVICES and no HOST_host token, so it does not say which "
                       "host runs what");
        return -EINVAL;
    }
    for (size_t i = 0; i < topology->count; i++) {
        struct site_host *host = &topology->hosts[i];
        bool loopback = strcasecmp(host->name, "localhost") == 0;
        if (loopback && topology->count > 1) {
            site_error_set(error, host->line,
                           "localhost beside other hosts means another machine on each server: "
                           "write the name that `hostname` prints there");
            return -EINVAL;
        }
        host->local = loopback || same_host(hostname, strlen(hostname), host->name);
    }
    return 0;
}

int topology_read(const struct site_options *options, const char *hostname, struct topology *ret,
                  struct site_error *error)
{
    struct topology topology = {0};
    int result = 0;
    for (size_t i = 0; result == 0 && i < options->count; i++) {
        const struct site_line *line = &options->lines[i];
        const char *name = NULL;
        size_t size = 0;
        if (line->kind != SITE_TOKEN && line->kind != SITE_BLOCK_START)
            continue;
        if (is_cluster(line) && topology.cluster_line == 0)
            topology.cluster_line = i + 1;
        if (host_of(line, &name, &size))
            result = read_host(&topology, options, i, name, size, error);
    }
    if (result == 0)
        result = settle_hosts(&topology, hostname, error);
    if (result == 0)
        *ret = topology;
    return result;
}

uint32_t topology_databases(const struct site_host *host)
{
    uint32_t databases = 0;
    for (size_t i = 0; i < USES; i++)
        if (uses[i].covered)
            databases |= service_bit(uses[i].database);
    return host->services & databases;
}

bool topology_has_databases(const struct topology *topology)
{
    for (size_t i = 0; i < topology->count; i++)
        if (topology_databases(&topology->hosts[i]) != 0)
            return true;
    return false;
}

bool topology_only_databases(const struct site_host *host)
{
    uint32_t rest = host->services;
    for (size_t i = 0; i < USES; i++)
        rest &= ~service_bit(uses[i].database);
    return rest == 0 && !host->others && host->services != 0;
}

const struct site_host *topology_host(const struct topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->count; i++)
        if (same_host(name, strlen(name), topology->hosts[i].name))
            return &topology->hosts[i];
    return NULL;
}

bool topology_has(const struct topology *topology, enum service service)
{
    for (size_t i = 0; i < topology->count; i++)
        if ((topology->hosts[i].services & service_bit(service)) != 0)
            return true;
    return false;
}

const struct site_host *topology_local(const struct topology *topology)
{
    for (size_t i = 0; i < topology->count; i++)
        if (topology->hosts[i].local)
            return &topology->hosts[i];
    return NULL;
}

bool topology_local_has(const struct topology *topology, enum service service)
{
    const struct site_host *host = topology_local(topology);
    return host != NULL && (host->services & service_bit(service)) != 0;
}

/* The host whose database a user on `at` talks to: its own when it has one, else the first. */
static const struct site_host *database_of(const struct topology *topology,
                                           const struct site_host *at, enum service database)
{
    if ((at->services & service_bit(database)) != 0)
        return at;
    for (size_t i = 0; i < topology->count; i++)
        if ((topology->hosts[i].services & service_bit(database)) != 0)
            return &topology->hosts[i];
    return NULL;
}

bool topology_separation(const struct topology *topology, size_t *cursor, struct separation *ret)
{
    while (*cursor < USES * topology->count) {
        size_t use = *cursor / topology->count;
        const struct site_host *at = &topology->hosts[*cursor % topology->count];
        (*cursor)++;
        if ((at->services & service_bit(uses[use].user)) == 0)
            continue;
        const struct site_host *database = database_of(topology, at, uses[use].database);
        if (database == NULL || database == at)
            continue;
        *ret = (struct separation){uses[use].user, uses[use].database, at->name,
                                   database->name, uses[use].why,      uses[use].covered};
        return true;
    }
    return false;
}

bool topology_distributed(const struct topology *topology, struct separation *ret)
{
    size_t cursor = 0;
    struct separation found;
    while (topology_separation(topology, &cursor, &found)) {
        if (!found.covered)
            continue;
        *ret = found;
        return true;
    }
    return false;
}

#include "pgconf_ssl_origin.h"

#include <string.h>

#include "memory.h"
#include "pgconf.h"

enum { INCLUDE_DEPTH = 10, CONF_LIMIT = 1024 * 1024 };

/* The last statement on ssl so far, and what kept the reading from being whole. */
struct origin {
    const struct tfhook_host *host;
    const char *path; /* NULL: there is none */
    size_t line;
    const char *value;
    bool incomplete;
};

static bool read_conf(struct origin *origin, const char *path, int depth);

/* The path as the file means it: relative to the file that names it. */
static const char *path_beside(const char *path, const char *name)
{
    if (name[0] == '/')
        return name;
    return memory_printf("%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
}

/* All files *.conf of the directory, in the order of their names. */
static void read_dir(struct origin *origin, const char *directory, int depth)
{
    struct tfhook_names names;
    if (origin->host->list(origin->host, directory, &names) < 0) {
        origin->incomplete = true;
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        size_t size = strlen(names.names[i]);
        if (names.names[i][0] == '.' || size < 5 || strcmp(names.names[i] + size - 5, ".conf") != 0)
            continue;
        if (!read_conf(origin, memory_printf("%s/%s", directory, names.names[i]), depth))
            origin->incomplete = true;
    }
}

static void follow_include(struct origin *origin, const char *path,
                           const struct pgconf_statement *statement, int depth)
{
    const char *target = path_beside(path, statement->value);
    if (strcmp(statement->name, "include_dir") == 0)
        read_dir(origin, target, depth);
    else if (!read_conf(origin, target, depth) && strcmp(statement->name, "include") == 0)
        origin->incomplete = true;
}

static bool read_conf(struct origin *origin, const char *path, int depth)
{
    struct tfhook_data data;
    struct pgconf_statement statement;
    if (depth > INCLUDE_DEPTH || origin->host->read(origin->host, path, CONF_LIMIT, &data) < 0)
        return false;
    struct pgconf_reader reader = {.data = (const char *)data.data, .size = data.size};
    while (pgconf_next(&reader, &statement)) {
        if (strncmp(statement.name, "include", 7) == 0) {
            follow_include(origin, path, &statement, depth + 1);
            continue;
        }
        if (strcmp(statement.name, "ssl") != 0)
            continue;
        origin->path = path;
        origin->line = statement.line;
        origin->value = memory_strn(statement.value, 31);
    }
    return true;
}

/* NULL: it has no postgresql.conf that can be read. */
static const char *describe_directory(const struct tfhook_host *host, const char *directory)
{
    struct origin origin = {.host = host};
    const char *path = memory_printf("%s/postgresql.conf", directory);
    if (!read_conf(&origin, path, 0))
        return NULL;
    (void)read_conf(&origin, memory_printf("%s/postgresql.auto.conf", directory), 0);
    const char *text =
        origin.path == NULL
            ? memory_printf("%s does not set ssl, which is then off", path)
            : memory_printf("%s:%zu has ssl = %s%s", origin.path, origin.line, origin.value,
                            pgconf_truth(origin.value) == PGCONF_NEITHER
                                ? ", which is neither on nor off"
                                : "");
    return origin.incomplete ? memory_printf("%s (a file that it includes could not be read)", text)
                             : text;
}

const char *verify_pgconf_hint(struct verify *v)
{
    static const char *const usual[] = {"/opt/collabnet/teamforge/var/pgsql", "/var/lib/pgsql"};
    const struct tfhook_host *host = v->host;
    const char *configured = host->value(host, "data-directory"), *hint = NULL;
    struct tfhook_names names;
    if (configured != NULL)
        return describe_directory(host, configured);
    for (size_t i = 0; i < 2 && hint == NULL; i++) {
        if (host->list(host, usual[i], &names) < 0)
            continue;
        for (size_t j = 0; j < names.count; j++) {
            const char *text =
                describe_directory(host, memory_printf("%s/%s/data", usual[i], names.names[j]));
            if (text != NULL)
                hint = memory_join(hint, "; ", text);
        }
    }
    return hint;
}

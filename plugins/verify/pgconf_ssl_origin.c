#include "pgconf_ssl_origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgconf.h"

enum { INCLUDE_DEPTH = 10, CONF_LIMIT = 1024 * 1024 };

/* The last statement on ssl so far, and what kept the reading from being whole. */
struct origin {
    const struct tfhook_host *host;
    char *path;
    size_t line;
    char value[32];
    bool found;
    bool incomplete;
};

static bool read_conf(struct origin *origin, const char *path, int depth);

/* The path as the file means it: relative to the file that names it. */
static char *path_beside(const char *path, const char *name)
{
    char *joined = NULL;
    const char *slash = strrchr(path, '/');
    if (name[0] == '/')
        return strdup(name);
    if (asprintf(&joined, "%.*s/%s", (int)(slash - path), path, name) < 0)
        return NULL;
    return joined;
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
        char *path = NULL;
        size_t size = strlen(names.names[i]);
        if (names.names[i][0] == '.' || size < 5 || strcmp(names.names[i] + size - 5, ".conf") != 0)
            continue;
        if (asprintf(&path, "%s/%s", directory, names.names[i]) < 0)
            return;
        if (!read_conf(origin, path, depth))
            origin->incomplete = true;
        free(path);
    }
}

static void follow_include(struct origin *origin, const char *path,
                           const struct pgconf_statement *statement, int depth)
{
    char *target = path_beside(path, statement->value);
    if (target == NULL)
        return;
    if (strcmp(statement->name, "include_dir") == 0)
        read_dir(origin, target, depth);
    else if (!read_conf(origin, target, depth) && strcmp(statement->name, "include") == 0)
        origin->incomplete = true;
    free(target);
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
        char *copy = strdup(path);
        if (copy == NULL)
            return false;
        free(origin->path);
        origin->path = copy;
        origin->line = statement.line;
        origin->found = true;
        (void)snprintf(origin->value, sizeof origin->value, "%.31s", statement.value);
    }
    return true;
}

static void describe_directory(struct verify *v, const char *directory, struct bytes *out)
{
    struct origin origin = {.host = v->host};
    char *path = NULL, *automatic = NULL;
    if (asprintf(&path, "%s/postgresql.conf", directory) < 0)
        return;
    if (asprintf(&automatic, "%s/postgresql.auto.conf", directory) < 0) {
        free(path);
        return;
    }
    if (read_conf(&origin, path, 0)) {
        (void)read_conf(&origin, automatic, 0);
        if (out->size > 0)
            bytes_text(out, "; ");
        if (!origin.found)
            bytes_printf(out, "%s does not set ssl, which is then off", path);
        else
            bytes_printf(out, "%s:%zu has ssl = %s%s", origin.path, origin.line, origin.value,
                         pgconf_truth(origin.value) == PGCONF_NEITHER ? ", which is neither on nor "
                                                                        "off"
                                                                      : "");
        if (origin.incomplete)
            bytes_text(out, " (a file that it includes could not be read)");
    }
    free(origin.path);
    free(path);
    free(automatic);
}

void verify_pgconf_hint(struct verify *v, struct bytes *out)
{
    static const char *const usual[] = {"/opt/collabnet/teamforge/var/pgsql", "/var/lib/pgsql"};
    const char *configured = v->host->value(v->host, "data-directory");
    struct tfhook_names names;
    if (configured != NULL) {
        describe_directory(v, configured, out);
        return;
    }
    for (size_t i = 0; i < 2 && out->size == 0; i++) {
        if (v->host->list(v->host, usual[i], &names) < 0)
            continue;
        for (size_t j = 0; j < names.count; j++) {
            char *directory = NULL;
            if (asprintf(&directory, "%s/%s/data", usual[i], names.names[j]) < 0)
                return;
            describe_directory(v, directory, out);
            free(directory);
        }
    }
}

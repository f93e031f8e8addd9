/* Sources that are files and directories of this host. */
#include "collect.h"
#include "host_errors.h"
#include "memory.h"

#include <errno.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static void take_file(struct collect *c, const struct source *source, const char *file)
{
    const char *path = file != NULL ? file : source->path;
    struct tfhook_data data;
    int rc = c->host->read(c->host, path, CERT_FILE_LIMIT, &data);
    if (rc == -ENOENT || rc == -ENOTDIR)
        collect_missing(c, source, file, "there is no such file");
    else if (rc == -EFBIG)
        collect_error(c, path, "is larger than %d bytes: no certificate is", CERT_FILE_LIMIT);
    else if (rc < 0)
        collect_error(c, path, "cannot be read: %s%s", strerror(-rc), host_error_advice(rc));
    else
        collect_bytes(c, source, file, &data, file == NULL);
}

static void take_entry(struct collect *c, const struct source *source, const char *name,
                       size_t *found)
{
    struct tfhook_stat st = {.struct_size = sizeof(st)};
    if (name[0] == '.' || (!ends_with(name, ".crt") && !ends_with(name, ".pem")))
        return;
    bool slash = ends_with(source->path, "/");
    const char *file = memory_printf(slash ? "%s%s" : "%s/%s", source->path, name);
    int rc = c->host->stat(c->host, file, &st);
    if (rc < 0)
        collect_error(c, file, "cannot be looked at: %s%s", strerror(-rc), host_error_advice(rc));
    else if (st.kind == TFHOOK_FILE)
        take_file(c, source, file);
    *found += rc < 0 || st.kind == TFHOOK_FILE;
}

static void take_directory(struct collect *c, const struct source *source)
{
    struct tfhook_names names;
    size_t found = 0;
    if (source->alias != NULL || source->pinned) {
        collect_error(
            c, source->text,
            "is a directory, and an alias or a pin is for one certificate: name the file");
        return;
    }
    int rc = c->host->list(c->host, source->path, &names);
    if (rc < 0) {
        collect_error(c, source->text, "cannot be listed: %s%s", strerror(-rc),
                      host_error_advice(rc));
        return;
    }
    for (size_t i = 0; i < names.count; i++)
        take_entry(c, source, names.names[i], &found);
    if (found == 0 && c->when_missing == MISSING_SKIP) {
        c->host->log(c->host, TFHOOK_WARNING, "%s: holds no *.crt and no *.pem", source->text);
        c->skipped++;
    } else if (found == 0)
        collect_error(c, source->text, "holds no *.crt and no *.pem");
}

void collect_local(struct collect *c, const struct source *source)
{
    struct tfhook_stat st = {.struct_size = sizeof(st)};
    int rc = c->host->stat(c->host, source->path, &st);
    if (rc == -ENOENT || rc == -ENOTDIR)
        collect_missing(c, source, NULL, "there is no such file or directory");
    else if (rc < 0)
        collect_error(c, source->text, "cannot be looked at: %s%s", strerror(-rc),
                      host_error_advice(rc));
    else if (st.kind == TFHOOK_DIRECTORY)
        take_directory(c, source);
    else if (st.kind == TFHOOK_FILE)
        take_file(c, source, NULL);
    else
        collect_error(c, source->text, "is neither a file nor a directory");
}

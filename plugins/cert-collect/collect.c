#include "collect.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void collect_error(struct collect *c, const char *origin, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (c->error_count++ > 0)
        c->host->log(c->host, TFHOOK_WARNING, "%s: %s", origin, text);
    else
        bytes_printf(&c->errors, "%s: %s", origin, text);
}

void collect_no_memory(struct collect *c)
{
    collect_error(c, "certificates", "out of memory");
}

static void parse_all(struct collect *c, const struct tfhook_names *lines, struct bytes *errors)
{
    for (size_t i = 0; i < lines->count; i++) {
        char why[512];
        if (source_parse(lines->names[i], &c->sources[c->source_count], why, sizeof(why))) {
            c->source_count++;
            continue;
        }
        bytes_printf(errors, "%s\"%.200s\": %s", errors->size > 0 ? "; " : "", lines->names[i],
                     why);
    }
}

int collect_parse(struct collect *c, const struct tfhook_host *host)
{
    struct tfhook_names lines = host->items(host, "source");
    *c = (struct collect){.host = host};
    if (lines.count == 0)
        return host->reject(host, "source", "no source is given");
    c->sources = calloc(lines.count, sizeof(*c->sources));
    if (c->sources == NULL)
        return host->fail(host, "out of memory");
    struct bytes errors = {0};
    parse_all(c, &lines, &errors);
    int result = TFHOOK_OK;
    if (errors.failed)
        result = host->fail(host, "out of memory");
    else if (errors.size > 0)
        result = host->reject(host, "source", "%s", (char *)errors.data);
    bytes_free(&errors);
    return result;
}

static int read_pins(struct collect *c)
{
    struct tfhook_data data;
    size_t line = 0;
    int rc = c->host->read(c->host, TFHOOK_NOTES "pins", CERT_FILE_LIMIT, &data);
    if (rc == -ENOENT)
        return TFHOOK_OK;
    if (rc < 0)
        return c->host->fail(c->host, "the pins on record cannot be read: %s", strerror(-rc));
    if (pins_parse(data.data, data.size, &c->pins, &line))
        return TFHOOK_OK;
    return c->host->fail(c->host,
                         "the pins on record are garbled at line %zu of the note \"pins\" in the "
                         "state directory: remove the line, or the note to begin anew",
                         line);
}

int collect_begin(struct collect *c, const struct tfhook_host *host)
{
    int result = collect_parse(c, host);
    if (result != TFHOOK_OK)
        return result;
    const char *missing = host->value(host, "missing");
    c->directory = host->value(host, "certificates");
    c->when_missing = strcmp(missing, "skip") == 0     ? MISSING_SKIP
                      : strcmp(missing, "cached") == 0 ? MISSING_CACHED
                                                       : MISSING_FAIL;
    c->trust_first_use = host->flag(host, "trust-first-use") != 0;
    c->timeout = (int)host->number(host, "connect-timeout");
    c->parallel = (unsigned)host->number(host, "parallel");
    return read_pins(c);
}

static void free_pick(struct pick *p)
{
    free(p->origin);
    if (p->full != p->alias)
        free(p->full);
    free(p->alias);
    cert_list_free(&p->cert);
}

void collect_end(struct collect *c)
{
    for (size_t i = 0; i < c->pick_count; i++)
        free_pick(&c->picks[i]);
    free(c->picks);
    for (size_t i = 0; i < c->source_count; i++)
        source_free(&c->sources[i]);
    free(c->sources);
    pins_free(&c->pins);
    bytes_free(&c->errors);
}

static char *lower_copy(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

/* `file`: of a directory. Both names are set, or memory is out. */
static bool name_pick(const struct collect *c, struct pick *p, const char *file)
{
    const struct source *source = p->source;
    p->fixed = source->alias != NULL;
    if (p->fixed)
        p->alias = strdup(source->alias);
    else if (file != NULL)
        p->alias = alias_of_entry(file);
    else if (source->host != NULL)
        p->alias = alias_of_host(source, false);
    else
        p->alias = lower_copy(c->host->short_name);
    if (p->fixed || file != NULL)
        p->full = p->alias;
    else if (source->host != NULL)
        p->full = alias_of_host(source, true);
    else
        p->full = lower_copy(c->host->hostname);
    return p->alias != NULL && p->full != NULL;
}

static struct pick *add_pick(struct collect *c, const struct source *source, const char *file)
{
    struct pick *more = realloc(c->picks, (c->pick_count + 1) * sizeof(*more));
    if (more == NULL) {
        collect_no_memory(c);
        return NULL;
    }
    c->picks = more;
    struct pick *p = &more[c->pick_count];
    *p = (struct pick){.source = source, .origin = strdup(file != NULL ? file : source->text)};
    if (p->origin == NULL || !name_pick(c, p, file)) {
        free_pick(p);
        collect_no_memory(c);
        return NULL;
    }
    c->pick_count++;
    return p;
}

void collect_missing(struct collect *c, const struct source *source, const char *file,
                     const char *format, ...)
{
    char why[1024];
    const char *origin = file != NULL ? file : source->text;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    if (c->when_missing == MISSING_FAIL) {
        collect_error(c, origin, "%s", why);
        return;
    }
    c->host->log(c->host, TFHOOK_WARNING, "%s: %s", origin, why);
    struct pick *p = add_pick(c, source, file);
    if (p != NULL)
        p->missing = true;
}

void collect_paste_line(struct bytes *out, const struct source *source, const struct cert *cert)
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(cert->sha256, hex);
    bytes_text(out, source->text);
    if (source->alias != NULL)
        bytes_printf(out, " as %s", source->alias);
    bytes_printf(out, " pin sha256:%s", hex);
}

static void wrong_pin(struct collect *c, const struct source *source, const struct cert *cert)
{
    char presented[CERT_SHA256_HEX_SIZE], pin[CERT_SHA256_HEX_SIZE];
    struct bytes line = {0};
    cert_hex(cert->sha256, presented);
    cert_hex(source->pin, pin);
    collect_paste_line(&line, source, cert);
    if (line.failed)
        collect_no_memory(c);
    else
        collect_error(
            c, source->text,
            "its certificate has SHA-256 %s, not the pinned %s; if it was renewed, write: "
            "%s",
            presented, pin, (char *)line.data);
    bytes_free(&line);
}

void collect_take(struct collect *c, const struct source *source, const char *file,
                  const struct cert_list *certs)
{
    const struct cert *leaf = &certs->certs[source_is_network(source) ? 0 : cert_leaf(certs)];
    if (source->pinned && memcmp(leaf->sha256, source->pin, sizeof(source->pin)) != 0) {
        wrong_pin(c, source, leaf);
        return;
    }
    struct pick *p = add_pick(c, source, file);
    if (p != NULL && !cert_list_add(&p->cert, leaf->der, leaf->size))
        collect_no_memory(c);
}

static void say_leaf(const struct collect *c, const char *origin, const struct cert_list *certs)
{
    struct cert_facts facts;
    const struct cert *leaf = &certs->certs[cert_leaf(certs)];
    if (cert_facts_of(leaf->der, leaf->size, &facts) != 0)
        return;
    c->host->log(c->host, TFHOOK_INFO, "%s holds %zu certificates: its leaf is taken, %s", origin,
                 certs->count, facts.subject);
    cert_facts_free(&facts);
}

void collect_bytes(struct collect *c, const struct source *source, const char *file,
                   const struct tfhook_data *data, bool bundles)
{
    struct cert_list certs;
    const char *origin = file != NULL ? file : source->text;
    enum cert_status status = cert_read(data->data, data->size, &certs);
    if (status == CERT_NONE)
        collect_missing(c, source, file, "%s", cert_status_text(status));
    else if (status == CERT_PRIVATE_KEY)
        collect_error(c, origin,
                      "%s: refused, and nothing of it is kept; name the file that "
                      "holds the certificate alone",
                      cert_status_text(status));
    else if (status != CERT_OK)
        collect_error(c, origin, "%s", cert_status_text(status));
    else if (certs.count > 1 && !bundles)
        collect_error(c, origin,
                      "is a bundle of %zu certificates: to take its leaf, name it as a file",
                      certs.count);
    else {
        if (certs.count > 1)
            say_leaf(c, origin, &certs);
        collect_take(c, source, file, &certs);
    }
    cert_list_free(&certs);
}

char *collect_path(const struct collect *c, const char *alias)
{
    struct bytes b = {0};
    bytes_printf(&b, "%s/%s.crt", strcmp(c->directory, "/") == 0 ? "" : c->directory, alias);
    if (b.failed) {
        bytes_free(&b);
        return NULL;
    }
    return (char *)b.data;
}

#include "collect.h"

#include "alias.h"
#include "memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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
        c->first_error = memory_printf("%s: %s", origin, text);
}

int collect_parse(struct collect *c, const struct tfhook_host *host)
{
    struct tfhook_names lines = host->items(host, "source");
    const char *errors = NULL;
    *c = (struct collect){.host = host};
    if (lines.count == 0)
        return host->reject(host, "source", "no source is given");
    for (size_t i = 0; i < lines.count; i++) {
        struct source source;
        const char *why = source_parse(lines.names[i], &source);
        if (why == NULL)
            *memory_push(c->sources, c->source_count) = source;
        else
            errors =
                memory_join(errors, "; ", memory_printf("\"%.200s\": %s", lines.names[i], why));
    }
    return errors == NULL ? TFHOOK_OK : host->reject(host, "source", "%s", errors);
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

/* `file`: of a directory. */
static struct pick *add_pick(struct collect *c, const struct source *source, const char *file)
{
    const struct tfhook_host *host = c->host;
    struct pick *p = memory_push(c->picks, c->pick_count);
    *p = (struct pick){.source = source, .origin = file != NULL ? file : source->text};
    p->fixed = source->alias != NULL;
    if (p->fixed)
        p->alias = p->full = source->alias;
    else if (file != NULL)
        p->alias = p->full = alias_of_entry(file);
    else if (source->host != NULL) {
        p->alias = alias_of_host(source, false);
        p->full = alias_of_host(source, true);
    } else {
        p->alias = alias_fold(host->short_name, strlen(host->short_name));
        p->full = alias_fold(host->hostname, strlen(host->hostname));
    }
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
    add_pick(c, source, file)->missing = true;
}

const char *collect_paste_line(const struct source *source, const struct cert *cert)
{
    char hex[CERT_SHA256_HEX_SIZE];
    bool named = source->alias != NULL;
    cert_hex(cert->sha256, hex);
    return memory_printf("%s%s%s pin sha256:%s", source->text, named ? " as " : "",
                         named ? source->alias : "", hex);
}

static void wrong_pin(struct collect *c, const struct source *source, const struct cert *cert)
{
    char presented[CERT_SHA256_HEX_SIZE], pin[CERT_SHA256_HEX_SIZE];
    cert_hex(cert->sha256, presented);
    cert_hex(source->pin, pin);
    collect_error(c, source->text,
                  "its certificate has SHA-256 %s, not the pinned %s; if it was renewed, write: %s",
                  presented, pin, collect_paste_line(source, cert));
}

const struct cert *collect_copy(const struct cert *cert)
{
    struct cert *copy = memory_new(sizeof *copy);
    *copy = *cert;
    copy->der = memory_new(cert->size);
    memcpy(copy->der, cert->der, cert->size);
    return copy;
}

void collect_take(struct collect *c, const struct source *source, const char *file,
                  const struct cert_list *certs)
{
    const struct cert *leaf = &certs->certs[source_is_network(source) ? 0 : cert_leaf(certs)];
    if (source->pinned && memcmp(leaf->sha256, source->pin, sizeof(source->pin)) != 0) {
        wrong_pin(c, source, leaf);
        return;
    }
    add_pick(c, source, file)->cert = collect_copy(leaf);
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

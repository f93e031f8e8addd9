#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chain_trust.h"
#include "host_errors.h"
#include "kept_copy.h"
#include "memory.h"
#include "metrics.h"
#include "verify.h"

enum { DAY = 24 * 60 * 60, CONNECT_SECONDS = 10, PARALLEL = 32 };

static enum verify_site_state read_site(struct verify *v)
{
    struct tfhook_data data;
    int result = v->host->read(v->host, v->site_path, 0, &data);
    if (result < 0) {
        site_error_set(&v->site_error, 0, "%s",
                       result == -ENOENT ? "does not exist" : strerror(-result));
        return result == -ENOENT ? VERIFY_SITE_ABSENT : VERIFY_SITE_BAD;
    }
    bool read = site_options_parse(data.data, data.size, &v->options, &v->site_error) == 0 &&
                topology_read(&v->options, v->host->hostname, &v->topology, &v->site_error) == 0;
    return read ? VERIFY_SITE_READ : VERIFY_SITE_BAD;
}

static void add_problem(struct verify *v, const char *path, const char *text, bool denied)
{
    *memory_push(v->problems, v->problem_count) = (struct verify_copy_problem){path, text, denied};
}

static void read_copy(struct verify *v, const char *alias, const char *path)
{
    struct cert_list list = {0};
    const char *why = NULL;
    int result = kept_copy_read(v->host, path, &list, &why);
    if (result != 0) {
        add_problem(v, path, why, host_error_is_denied(result));
        return;
    }
    const struct cert *leaf = &list.certs[cert_leaf(&list)];
    struct verify_copy copy = {.alias = alias, .path = path};
    memcpy(copy.sha256, leaf->sha256, sizeof copy.sha256);
    if (cert_facts_of(leaf->der, leaf->size, &copy.facts) == 0)
        *memory_push(v->copies, v->copy_count) = copy;
    else
        add_problem(v, path, "its certificate does not parse", false);
    cert_list_free(&list);
}

static void read_copies(struct verify *v)
{
    const char *directory = v->host->value(v->host, "certificates");
    struct tfhook_names names;
    int result = v->host->list(v->host, directory, &names);
    if (result < 0 && result != -ENOENT)
        add_problem(v, directory, strerror(-result), host_error_is_denied(result));
    for (size_t i = 0; result == 0 && i < names.count; i++) {
        const char *alias = kept_copy_alias(names.names[i]);
        if (alias != NULL)
            read_copy(v, alias, kept_copy_path(directory, alias));
    }
}

void verify_open(struct verify *v, const struct tfhook_host *host)
{
    const char *scope = host->value(host, "scope");
    v->host = host;
    v->all = scope != NULL ? strcmp(scope, "all") == 0 : host->hook == NULL;
    v->site_path = host->value(host, "site-options");
    verify_metrics_head(&v->metrics);
    v->site_state = read_site(v);
    read_copies(v);
}

const char *verify_token(struct verify *v, const char *name)
{
    char *value = NULL;
    struct site_error error;
    return site_options_get(&v->options, name, &value, &error) < 0 ? NULL : value;
}

bool verify_database_ssl(struct verify *v)
{
    const char *value = verify_token(v, "DATABASE_SSL");
    return value != NULL && strcasecmp(value, "on") == 0;
}

const struct verify_copy *verify_copy_named(struct verify *v, const char *alias)
{
    for (size_t i = 0; i < v->copy_count; i++)
        if (strcasecmp(v->copies[i].alias, alias) == 0)
            return &v->copies[i];
    return NULL;
}

bool verify_is_local(const struct verify *v, const struct verify_target *target)
{
    const struct site_host *local = topology_local(&v->topology);
    return verify_target_is_loopback(target) || strcasecmp(target->host, v->host->hostname) == 0 ||
           strcasecmp(target->host, v->host->short_name) == 0 ||
           (local != NULL && strcasecmp(target->host, local->name) == 0);
}

long verify_days_left(const struct verify *v, int64_t seconds)
{
    int64_t left = seconds - v->host->now;
    return (long)(left < 0 ? -((-left + DAY - 1) / DAY) : left / DAY);
}

void verify_report(struct verify *v, const char *id, const char *subject,
                   enum tfhook_verdict verdict, const char *hint, const char *format, ...)
{
    char check[32];
    char *message = NULL;
    va_list args;
    (void)snprintf(check, sizeof check, "%.*s", (int)strcspn(id, "."), id);
    va_start(args, format);
    int size = vasprintf(&message, format, args);
    va_end(args);
    v->counts[verdict]++;
    const char *text = size < 0 ? "out of memory" : message;
    size_t named = strlen(subject); /* "scm1:443: refused" of scm1:443 is "refused" */
    if (strncmp(text, subject, named) == 0 && strncmp(text + named, ": ", 2) == 0)
        text += named + 2;
    v->host->finding(v->host, check, id, subject, verdict, text, hint);
    if (size >= 0)
        free(message);
}

void verify_dates(struct verify *v, const char *id, const char *subject,
                  const struct cert_facts *facts)
{
    static const char renew[] = "renew the certificate on that server, then: tfhook apply";
    long days = verify_days_left(v, facts->not_after);
    if (facts->not_after < v->host->now)
        verify_report(v, id, subject, TFHOOK_FAIL, renew, "%s expired on %s", facts->subject,
                      facts->not_after_day);
    else if (facts->not_before > v->host->now)
        verify_report(v, id, subject, TFHOOK_FAIL, "is the clock of this host right?",
                      "%s is not valid yet", facts->subject);
    else if (days < v->host->number(v->host, "warn-days"))
        verify_report(v, id, subject, TFHOOK_WARN, renew, "%s expires on %s, in %ld days",
                      facts->subject, facts->not_after_day, days);
    else
        verify_report(v, id, subject, TFHOOK_PASS, NULL, "%s is valid until %s", facts->subject,
                      facts->not_after_day);
}

void verify_name(struct verify *v, const char *id, const struct verify_target *target,
                 const struct cert *leaf, const struct cert_facts *facts, const char *hint)
{
    bool named = tls_name_matches(leaf, target->host);
    verify_report(v, id, target->subject, named ? TFHOOK_PASS : TFHOOK_WARN, named ? NULL : hint,
                  "%s (%s) is%s for %s", facts->subject, facts->names, named ? "" : " not",
                  target->host);
}

static void show_progress(void *arg, size_t done, size_t count, const struct tls_target *target)
{
    const struct tfhook_host *host = arg;
    host->progress(host, done, count, target->host);
}

void verify_connect(struct verify *v, const struct tls_target *targets, size_t count,
                    struct tls_result *ret)
{
    tls_run(targets, count, PARALLEL, CONNECT_SECONDS, show_progress, (void *)(uintptr_t)v->host,
            ret);
}

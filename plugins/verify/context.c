#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host_errors.h"
#include "jvm_trust_stores.h"
#include "metrics.h"
#include "verify.h"

enum { COPY_LIMIT = 1024 * 1024, DAY = 24 * 60 * 60 };

void verify_open(struct verify *v, const struct tfhook_host *host)
{
    const char *scope = host->value(host, "scope");
    v->host = host;
    v->all = scope != NULL ? strcmp(scope, "all") == 0 : host->hook == NULL;
    v->site_path = host->value(host, "site-options");
    verify_metrics_head(&v->metrics);
    (void)verify_site(v);
}

void verify_close(struct verify *v)
{
    site_options_free(&v->options);
    topology_free(&v->topology);
    for (size_t i = 0; i < v->copy_count; i++) {
        free(v->copies[i].alias);
        free(v->copies[i].path);
        free(v->copies[i].cert.der);
        cert_facts_free(&v->copies[i].facts);
    }
    free(v->copies);
    for (size_t i = 0; i < v->problem_count; i++) {
        free(v->problems[i].path);
        free(v->problems[i].text);
    }
    free(v->problems);
    verify_stores_free(v->stores);
    bytes_free(&v->metrics);
}

enum verify_site_state verify_site(struct verify *v)
{
    struct tfhook_data data;
    struct site_error error;
    if (v->site_state != VERIFY_SITE_UNREAD)
        return v->site_state;
    int result = v->host->read(v->host, v->site_path, 0, &data);
    if (result < 0) {
        v->site_state = result == -ENOENT ? VERIFY_SITE_ABSENT : VERIFY_SITE_BAD;
        site_error_set(&v->site_error, 0, "%s",
                       result == -ENOENT ? "does not exist" : strerror(-result));
        return v->site_state;
    }
    if (site_options_parse(data.data, data.size, &v->options, &v->site_error) < 0)
        return v->site_state = VERIFY_SITE_BAD;
    v->has_topology = topology_read(&v->options, v->host->hostname, &v->topology, &error) == 0;
    if (v->has_topology)
        return v->site_state = VERIFY_SITE_READ;
    v->site_error = error;
    return v->site_state = VERIFY_SITE_BAD;
}

char *verify_token(struct verify *v, const char *name)
{
    char *value = NULL;
    struct site_error error;
    if (v->options.lines == NULL || site_options_get(&v->options, name, &value, &error) < 0)
        return NULL;
    return value;
}

bool verify_database_ssl(struct verify *v)
{
    char *value = verify_token(v, "DATABASE_SSL");
    bool on = value != NULL && strcasecmp(value, "on") == 0;
    free(value);
    return on;
}

static void add_problem(struct verify *v, const char *path, const char *text, bool denied)
{
    struct verify_copy_problem *problems =
        realloc(v->problems, (v->problem_count + 1) * sizeof v->problems[0]);
    if (problems == NULL)
        return;
    v->problems = problems;
    problems[v->problem_count].path = strdup(path);
    problems[v->problem_count].text = strdup(text);
    problems[v->problem_count].denied = denied;
    v->problem_count++;
}

/* Adds the leaf of one file; takes over nothing. False when memory is out. */
static bool add_copy(struct verify *v, const char *alias, const char *path, const struct cert *leaf)
{
    struct verify_copy copy = {.alias = strdup(alias), .path = strdup(path), .cert = *leaf};
    struct verify_copy *copies = realloc(v->copies, (v->copy_count + 1) * sizeof v->copies[0]);
    if (copies != NULL)
        v->copies = copies;
    copy.cert.der = malloc(leaf->size);
    if (copies == NULL || copy.alias == NULL || copy.path == NULL || copy.cert.der == NULL ||
        cert_facts_of(leaf->der, leaf->size, &copy.facts) < 0) {
        free(copy.alias);
        free(copy.path);
        free(copy.cert.der);
        return false;
    }
    memcpy(copy.cert.der, leaf->der, leaf->size);
    v->copies[v->copy_count++] = copy;
    return true;
}

static void read_copy(struct verify *v, const char *alias, const char *path)
{
    struct tfhook_data data;
    struct cert_list list = {0};
    int result = v->host->read(v->host, path, COPY_LIMIT, &data);
    if (result < 0) {
        add_problem(v, path, strerror(-result), host_error_is_denied(result));
        return;
    }
    enum cert_status status = cert_read(data.data, data.size, &list);
    if (status != CERT_OK)
        add_problem(v, path, cert_status_text(status), false);
    else if (!add_copy(v, alias, path, &list.certs[cert_leaf(&list)]))
        add_problem(v, path, "its certificate does not parse", false);
    cert_list_free(&list);
}

void verify_copies(struct verify *v)
{
    const char *directory = v->host->value(v->host, "certificates");
    struct tfhook_names names;
    if (v->copies_read)
        return;
    v->copies_read = true;
    int result = v->host->list(v->host, directory, &names);
    if (result < 0) {
        if (result != -ENOENT)
            add_problem(v, directory, strerror(-result), host_error_is_denied(result));
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.names[i];
        size_t size = strlen(name);
        char *path = NULL, *alias = NULL;
        if (size <= 4 || name[0] == '.' || strcmp(name + size - 4, ".crt") != 0)
            continue;
        alias = strndup(name, size - 4);
        if (alias != NULL && asprintf(&path, "%s/%s", directory, name) >= 0) {
            read_copy(v, alias, path);
            free(path);
        }
        free(alias);
    }
}

const struct verify_copy *verify_copy_named(struct verify *v, const char *alias)
{
    verify_copies(v);
    for (size_t i = 0; i < v->copy_count; i++)
        if (strcasecmp(v->copies[i].alias, alias) == 0)
            return &v->copies[i];
    return NULL;
}

bool verify_is_local(const struct verify *v, const struct verify_target *target)
{
    const struct site_host *local = v->has_topology ? topology_local(&v->topology) : NULL;
    return verify_target_is_loopback(target) || strcasecmp(target->host, v->host->hostname) == 0 ||
           strcasecmp(target->host, v->host->short_name) == 0 ||
           (local != NULL && strcasecmp(target->host, local->name) == 0);
}

long verify_days_left(const struct verify *v, int64_t seconds)
{
    int64_t left = seconds - v->host->now;
    return (long)(left < 0 ? -((-left + DAY - 1) / DAY) : left / DAY);
}

void verify_measure(struct verify *v, const char *source, const char *subject, const char *path,
                    const struct cert_facts *facts)
{
    verify_metrics_add(&(struct verify_metric){.source = source,
                                               .subject = subject,
                                               .filepath = path,
                                               .common_name = facts->common_name,
                                               .not_after = facts->not_after},
                       &v->metrics);
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

/* tokens: does site-options.conf encrypt what goes between servers, and would PostgreSQL start? */
#include "pg_tls_files.h"
#include "verify.h"

static const char set_them[] = "set the tokens with the plugin pg-ssl-tokens, then deploy";

/* Reports the state of the file; false when there is no site to look at. */
static bool site_is_read(struct verify *v)
{
    switch (v->site_state) {
    case VERIFY_SITE_READ:
        return true;
    case VERIFY_SITE_ABSENT:
        verify_report(v, "tokens.site-options", v->site_path, TFHOOK_WARN,
                      "name the file with the key site-options, or leave tokens out of checks",
                      "does not exist: is this a TeamForge server?");
        return false;
    default:
        if (v->site_error.line > 0)
            verify_report(v, "tokens.site-options", v->site_path, TFHOOK_FAIL,
                          "correct that line, then verify again", "line %zu: %s",
                          v->site_error.line, v->site_error.text);
        else
            verify_report(v, "tokens.site-options", v->site_path, TFHOOK_FAIL, NULL, "%s",
                          v->site_error.text);
        return false;
    }
}

static void check_database_ssl(struct verify *v)
{
    struct separation why;
    struct site_error error;
    char *value = NULL;
    int result = site_options_get(&v->options, "DATABASE_SSL", &value, &error);
    bool on = verify_database_ssl(v);
    if (on && topology_distributed(&v->topology, &why))
        verify_report(v, "tokens.database-ssl", "DATABASE_SSL", TFHOOK_PASS, NULL,
                      "on, as it must be: %s on %s uses %s on %s", service_name(why.user),
                      why.user_host, service_name(why.database), why.database_host);
    else if (on)
        verify_report(v, "tokens.database-ssl", "DATABASE_SSL", TFHOOK_PASS, NULL, "on");
    else if (topology_distributed(&v->topology, &why))
        verify_report(v, "tokens.database-ssl", "DATABASE_SSL", TFHOOK_FAIL, set_them,
                      "%s%s, but %s on %s uses %s on %s: what it sends can be read on the way",
                      result < 0 ? error.text : "is not on: ", result < 0 ? "" : value,
                      service_name(why.user), why.user_host, service_name(why.database),
                      why.database_host);
}

/* What is in the files, on the host where PostgreSQL reads them. */
static void check_files(struct verify *v, const char *subject, const char *cert, const char *key)
{
    static const enum tfhook_verdict verdicts[] = {
        [PG_TLS_FILES_NOTE] = TFHOOK_WARN,
        [PG_TLS_FILES_STALE] = TFHOOK_WARN,
        [PG_TLS_FILES_UNKNOWN] = TFHOOK_SKIP,
        [PG_TLS_FILES_FATAL] = TFHOOK_FAIL,
    };
    struct pg_tls_files found = {0};
    pg_tls_files_check(v->host, cert, key, &found);
    for (size_t i = 0; i < found.count; i++)
        verify_report(v, "tokens.files", subject, verdicts[found.problems[i].weight],
                      found.problems[i].weight == PG_TLS_FILES_FATAL
                          ? "mend it before PostgreSQL is started again"
                          : NULL,
                      "%s", found.problems[i].text);
    if (found.count == 0)
        verify_report(v, "tokens.files", subject, TFHOOK_PASS, NULL,
                      "%s and its key: PostgreSQL can start with them; valid until %s", cert,
                      found.not_after_day);
}

static void check_pair(struct verify *v, const char *cert_token, const char *key_token, bool here)
{
    const char *const names[] = {cert_token, key_token};
    char *values[2] = {NULL, NULL};
    size_t set = 0;
    for (size_t i = 0; i < 2; i++) {
        struct site_error error;
        if (site_options_get(&v->options, names[i], &values[i], &error) < 0)
            verify_report(v, "tokens.files", names[i], TFHOOK_FAIL, set_them, "%s", error.text);
        else if (values[i][0] != '/')
            verify_report(v, "tokens.files", names[i], TFHOOK_FAIL, set_them,
                          "is not an absolute path");
        else
            set++;
    }
    if (set == 2 && here)
        check_files(v, cert_token, values[0], values[1]);
    else if (set == 2)
        verify_report(v, "tokens.files", cert_token, TFHOOK_SKIP, "verify on the database host too",
                      "%s: it is read on the database host, and this is none", values[0]);
}

void verify_not_distributed(struct verify *v, const char *id, const char *subject)
{
    const struct topology *site = &v->topology;
    const char *hint = "look at the site yourself: is each database on the host of its service?";
    if (site->cluster_line != 0)
        verify_report(
            v, id, subject, TFHOOK_WARN, hint,
            "line %zu of site-options.conf has CLUSTER_SERVICES, which is not understood: "
            "whether a database is remote is not known",
            site->cluster_line);
    else if (!topology_has_databases(site))
        verify_report(
            v, id, subject, TFHOOK_WARN, hint,
            "site-options.conf names no database that is known here: whether one is remote "
            "is not known");
    else
        verify_report(v, id, subject, TFHOOK_SKIP, NULL,
                      "not needed: every database is on the host of the service that uses it");
}

void verify_check_tokens(struct verify *v)
{
    struct separation why;
    if (!site_is_read(v))
        return;
    const struct topology *site = &v->topology;
    if (!verify_database_ssl(v) && !topology_distributed(site, &why)) {
        verify_not_distributed(v, "tokens.database-ssl", "DATABASE_SSL");
        return;
    }
    check_database_ssl(v);
    if (!verify_database_ssl(v))
        return;
    check_pair(v, "POSTGRES_SSL_CERT_FILE", "POSTGRES_SSL_KEY_FILE",
               topology_local_has(site, SERVICE_DATABASE) ||
                   topology_local_has(site, SERVICE_DATAMART));
    if (topology_has(site, SERVICE_BASELINE_DATABASE))
        check_pair(v, "POSTGRES_BASELINE_SSL_CERT_FILE", "POSTGRES_BASELINE_SSL_KEY_FILE",
                   topology_local_has(site, SERVICE_BASELINE_DATABASE));
}

/* cert-collect: collects the certificate of every server of the site into one directory. */
#include "collect.h"
#include "host_errors.h"
#include "kept_copy.h"
#include "memory.h"
#include "shared_keys.h"

#include <errno.h>
#include <string.h>

static const struct tfhook_key keys[] = {
    {.name = "source",
     .type = TFHOOK_LIST,
     .required = 1,
     .help =
         "Where to collect from, each SOURCE [as ALIAS] [pin sha256:HEX]. SOURCE is a file, a "
         "directory (its *.crt and *.pem), ssh://[user@]host[:port]/path, https://host[:port], "
         "tls://host:port or postgres://host[:port]; an IPv6 address stands in brackets. ALIAS is "
         "by default the server's short name."},
    {KEY_CERTIFICATES, .help = "The directory that keeps the collected copies as ALIAS.crt."},
    {.name = "missing",
     .type = TFHOOK_ENUM,
     .fallback = "fail",
     .choices = "fail skip cached",
     .help = "What to do when a source has no certificate or cannot be reached: fail, go on "
             "without it, or use the copy that is kept, with a warning."},
    {.name = "trust-first-use",
     .type = TFHOOK_FLAG,
     .fallback = "no",
     .help = "Accept a server that has no pin and is not vouched for by the system's trust store "
             "once, and record its pin."},
    {.name = "connect-timeout",
     .type = TFHOOK_NUMBER,
     .fallback = "10",
     .min = 1,
     .max = 600,
     .help = "Seconds that one server may take to present its certificate."},
    {.name = "parallel",
     .type = TFHOOK_NUMBER,
     .fallback = "16",
     .min = 1,
     .max = 256,
     .help = "Handshakes in flight at one time."},
};

static int check(const struct tfhook_host *host)
{
    struct collect c;
    return collect_parse(&c, host);
}

static void ask_sources(struct collect *c)
{
    const struct tfhook_host *host = c->host;
    for (size_t i = 0; i < c->source_count; i++) {
        const struct source *source = &c->sources[i];
        if (source_is_network(source))
            continue;
        host->progress(host, c->sources_done, c->source_count, source->text);
        if (source->kind == SOURCE_SSH)
            collect_ssh(c, source);
        else
            collect_local(c, source);
        c->sources_done++;
    }
    collect_network(c);
    collect_settle(c);
    collect_stage(c);
}

static const char *add_count(const char *text, size_t count, const char *what)
{
    return count > 0 ? memory_printf("%s, %zu %s", text, count, what) : text;
}

static int report_outcome(struct collect *c)
{
    const struct tfhook_host *host = c->host;
    if (c->error_count == 1)
        return host->fail(host, "%s", c->first_error);
    if (c->error_count > 0) {
        host->log(host, TFHOOK_WARNING, "%s", c->first_error);
        return host->fail(host, "%zu failures, each is named above; nothing was collected",
                          c->error_count);
    }
    if (c->kept == 0)
        return host->skip(host, "no source gave a certificate");
    const char *text = memory_printf("%zu certificate%s collected, %zu new", c->kept,
                                     c->kept == 1 ? "" : "s", c->fresh);
    text = add_count(text, c->renewed, "renewed");
    text = add_count(text, c->cached, "from the copy that is kept");
    text = add_count(text, c->skipped, "missing");
    host->message(host, "%s", text);
    return TFHOOK_OK;
}

static int plan(const struct tfhook_host *host)
{
    struct collect c;
    int result = collect_begin(&c, host);
    if (result != TFHOOK_OK)
        return result;
    ask_sources(&c);
    return report_outcome(&c);
}

static void report_copy(const struct tfhook_host *host, const char *alias,
                        enum tfhook_verdict verdict, const char *message, const char *hint)
{
    host->finding(host, "certificates", "certificates.kept-copy", alias, verdict, message, hint);
}

static void judge_dates(const struct tfhook_host *host, const char *alias, const struct cert *cert)
{
    struct cert_facts f;
    if (cert_facts_of(cert->der, cert->size, &f) != 0) {
        report_copy(host, alias, TFHOOK_FAIL, "its names or dates cannot be read",
                    "collect it again");
        return;
    }
    bool expired = f.not_after<host->now, early = f.not_before> host->now;
    const char *text = memory_printf("%s, %s %s%s", f.subject, expired ? "expired on" : "expires",
                                     f.not_after_day, early ? ", not valid yet" : "");
    if (expired || early)
        report_copy(host, alias, TFHOOK_WARN, text,
                    "renew the server's certificate, or remove the copy when the server is gone");
    else
        report_copy(host, alias, TFHOOK_PASS, text, NULL);
    cert_facts_free(&f);
}

/* An old copy that no source gives any more is judged too, but only a file that is no certificate
 * fails: Java trusts an expired one as well. */
static void judge_copy(const struct tfhook_host *host, const char *directory, const char *alias)
{
    struct cert_list certs;
    const char *why = NULL;
    int rc = kept_copy_read(host, kept_copy_path(directory, alias), &certs, &why);
    if (rc < 0)
        report_copy(host, alias, TFHOOK_FAIL, why,
                    host_error_is_denied(rc) ? "run as root" : "make it readable");
    else if (rc > 0)
        report_copy(host, alias, TFHOOK_FAIL, why, "remove it, collect it again");
    else {
        judge_dates(host, alias, &certs.certs[0]);
        cert_list_free(&certs);
    }
}

static int verify(const struct tfhook_host *host)
{
    const char *directory = host->value(host, "certificates");
    struct tfhook_names names = {0};
    size_t copies = 0;
    int rc = host->list(host, directory, &names);
    if (rc < 0 && rc != -ENOENT)
        return host->fail(host, "%s cannot be listed: %s%s", directory, strerror(-rc),
                          host_error_advice(rc));
    for (size_t i = 0; rc == 0 && i < names.count; i++) {
        const char *alias = kept_copy_alias(names.names[i]);
        if (alias == NULL)
            continue;
        judge_copy(host, directory, alias);
        copies++;
    }
    if (copies == 0)
        report_copy(host, directory, TFHOOK_WARN, "no certificate has been collected",
                    "run tfhook apply");
    host->message(host, "%zu cop%s in %s", copies, copies == 1 ? "y" : "ies", directory);
    return TFHOOK_OK;
}

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = 0,
    .name = "cert-collect",
    .version = "1.0.0",
    .summary = "collects the certificate of every server of the site into one directory",
    .manual =
        "Reads certificates from files, directories, over ssh and by TLS handshakes, and keeps "
        "each as "
        "ALIAS.crt. A file that holds a private key is refused; nothing of it is kept.\n"
        "\n"
        "A server that is asked over the network is believed when its certificate has the given "
        "pin, "
        "or when the system's trust store vouches for chain and name, or, with trust-first-use, "
        "when "
        "it is the one of the first use. Otherwise the fingerprint and the line to paste are "
        "shown.\n"
        "\n"
        "The alias is the one given with \"as\", else the host up to its first dot; ip-10-0-0-1 "
        "for "
        "an address; this host's short name for a local file; the base name for a file of a "
        "directory. Where two different certificates claim one alias, both get the whole host "
        "name. Copies that no source gives any more are left alone.",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .key_size = sizeof(keys[0]),
    .check = check,
    .plan = plan,
    .verify = verify,
};

/* httpd-tls: which TLS versions and ciphers httpd offers. Glue; conf.c knows the file's form. */
#include "conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tfhook/plugin.h>

enum { DIRECTIVES = 3 };

static const struct {
    const char *name, *id;
} directives[DIRECTIVES] = {{"SSLProtocol", "httpd-tls.protocols"},
                            {"SSLCipherSuite", "httpd-tls.ciphers"},
                            {"SSLHonorCipherOrder", "httpd-tls.honor-order"}};

static struct conf_directive wanted_directive(const struct tfhook_host *host, size_t i)
{
    const char *values[DIRECTIVES] = {host->value(host, "protocols"), host->value(host, "ciphers"),
                                      host->flag(host, "honor-order") ? "on" : "off"};
    return (struct conf_directive){directives[i].name, values[i], i != 1};
}

static int check(const struct tfhook_host *host)
{
    static const char *const known[] = {"all",     "SSLv3",   "TLSv1", "TLSv1.1",
                                        "TLSv1.2", "TLSv1.3", NULL};
    const char *protocols = host->value(host, "protocols");
    for (const char *s = protocols + strspn(protocols, " "); *s != '\0'; s += strspn(s, " ")) {
        const char *name = s + (*s == '+' || *s == '-');
        size_t size = strcspn(name, " "), i = 0;
        while (known[i] != NULL &&
               (strlen(known[i]) != size || strncasecmp(known[i], name, size) != 0))
            i++;
        if (known[i] == NULL)
            return host->reject(host, "protocols", "httpd knows no protocol \"%.*s\"", (int)size,
                                name);
        s = name + size;
    }
    const char *ciphers = host->value(host, "ciphers");
    if (strpbrk(ciphers, " \t\"\\") != NULL)
        return host->reject(host, "ciphers", "a cipher list has no blanks, quotes or \\");
    if (strlen(protocols) > 400 || strlen(ciphers) > 400)
        return host->reject(host, "ciphers", "more than 400 characters");
    return TFHOOK_OK;
}

/* The file; else the result to return. */
static int load_conf(const struct tfhook_host *host, struct conf *ret)
{
    const char *file = host->value(host, "file"), *why = NULL;
    struct tfhook_data data;
    int rc = host->read(host, file, 1024 * 1024, &data);
    if (rc == -ENOENT)
        return host->fail(host,
                          "%s is not there: install mod_ssl, or say with the key `file` where "
                          "httpd's TLS settings are",
                          file);
    if (rc < 0)
        return host->fail(host, "%s cannot be read: %s", file, strerror(-rc));
    if (conf_parse(data.data, data.size, ret, &why) < 0)
        return host->fail(host, "%s cannot be edited: %s; mend it by hand", file, why);
    return TFHOOK_OK;
}

/* Each place that is wrong. tfhook shows line edits itself, but not in which section they are; the
 * summary is for a file that is written whole. */
static void summarize_places(const struct tfhook_host *host, const struct conf *conf,
                             struct conf_directive directive)
{
    const char *file = host->value(host, "file");
    struct conf_place place;
    bool found = false;
    for (size_t from = 0; conf_next(conf, &directive, from, &place); from = place.line + 1) {
        found = true;
        if (place.right)
            continue;
        host->summary(host, file, "line %zu: %s %s -> %s", place.line + 1, directive.name,
                      place.value, directive.value);
        if (place.section[0] != '\0')
            host->log(host, TFHOOK_INFO, "%s:%zu: %s %s is in %s", file, place.line + 1,
                      directive.name, place.value, place.section);
    }
    if (!found)
        host->summary(host, file, "+ %s %s", directive.name, directive.value);
}

/* Line edits, so that the lines of others stay, now and in a rollback. Only where equal lines
 * cannot be told apart the file is written whole. */
static int stage_changes(const struct tfhook_host *host, const struct conf *conf)
{
    const char *file = host->value(host, "file");
    int rc = 0;
    if (conf->ambiguous) {
        char *text = conf_text(conf);
        rc = text == NULL ? -ENOMEM : host->write(host, file, text, strlen(text), -1, 0);
        free(text);
        host->log(host, TFHOOK_INFO, "%s is written whole: equal lines follow equal lines in it",
                  file);
    }
    for (size_t i = 0; !conf->ambiguous && rc == 0 && i < conf->edit_count; i++)
        rc = host->edit(host, file, conf->edits[i].old_line, conf->edits[i].new_line,
                        conf->edits[i].anchor);
    return rc == 0 ? TFHOOK_OK : host->fail(host, "%s cannot be staged: %s", file, strerror(-rc));
}

static int plan(const struct tfhook_host *host)
{
    struct conf conf;
    int result = load_conf(host, &conf), changed = 0;
    if (result != TFHOOK_OK)
        return result;
    for (size_t i = 0; i < DIRECTIVES; i++)
        summarize_places(host, &conf, wanted_directive(host, i));
    for (size_t i = 0; i < DIRECTIVES && changed >= 0; i++) {
        struct conf_directive directive = wanted_directive(host, i);
        int set = conf_set(&conf, &directive);
        changed = set < 0 ? set : changed + set;
    }
    if (changed < 0)
        result = host->fail(host, "%s: no memory", host->value(host, "file"));
    else if (changed > 0)
        result = stage_changes(host, &conf);
    conf_free(&conf);
    if (result == TFHOOK_OK && changed > 0)
        host->next_step(host, "restart httpd on %s: systemctl restart httpd", host->short_name);
    return result;
}

static void judge_directive(const struct tfhook_host *host, const struct conf *conf, size_t i)
{
    const char *file = host->value(host, "file");
    const struct conf_directive directive = wanted_directive(host, i);
    struct conf_place place;
    char subject[1024], message[1200];
    bool found = false;
    for (size_t from = 0; conf_next(conf, &directive, from, &place); from = place.line + 1) {
        found = true;
        (void)snprintf(subject, sizeof subject, "%s:%zu", file, place.line + 1);
        (void)snprintf(message, sizeof message, "%s %s%s%s", directive.name, place.value,
                       place.section[0] == '\0' ? "" : " in ", place.section);
        host->finding(host, "httpd-tls", directives[i].id, subject,
                      place.right ? TFHOOK_PASS : TFHOOK_FAIL, message,
                      place.right ? NULL : "run: tfhook apply");
    }
    if (!found) {
        (void)snprintf(message, sizeof message, "there is no %s", directive.name);
        host->finding(host, "httpd-tls", directives[i].id, file, TFHOOK_FAIL, message,
                      "run: tfhook apply");
    }
}

static int verify(const struct tfhook_host *host)
{
    struct conf conf;
    int result = load_conf(host, &conf);
    if (result != TFHOOK_OK)
        return result;
    for (size_t i = 0; i < DIRECTIVES; i++)
        judge_directive(host, &conf, i);
    conf_free(&conf);
    return TFHOOK_OK;
}

static const struct tfhook_key keys[] = {
    {"file", TFHOOK_PATH, 0, "/etc/httpd/conf.d/ssl.conf", NULL, 0, 0,
     "The file with httpd's TLS settings. TeamForge rewrites httpd.conf, so not that one."},
    {"protocols", TFHOOK_STRING, 0, "all -SSLv3 -TLSv1 -TLSv1.1", NULL, 0, 0,
     "The value of SSLProtocol."},
    {"ciphers", TFHOOK_STRING, 0, "HIGH:!aNULL:!MD5:!3DES:!RC4", NULL, 0, 0,
     "The value of SSLCipherSuite; that for TLSv1.3 is left alone."},
    {"honor-order", TFHOOK_FLAG, 0, "yes", NULL, 0, 0, "The value of SSLHonorCipherOrder."},
};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .name = "httpd-tls",
    .version = "1.0",
    .summary = "sets the TLS versions and ciphers that httpd offers",
    .manual = "Sets SSLProtocol, SSLCipherSuite and SSLHonorCipherOrder wherever they stand in "
              "`file`, sections included. One that stands nowhere is added at the end. Other lines "
              "stay as they are.",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof *keys,
    .check = check,
    .plan = plan,
    .verify = verify};

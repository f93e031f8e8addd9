/* From what was collected to what is kept: copies for what is missing, aliases, the files. */
#include "bytes.h"
#include "collect.h"
#include "kept_copy.h"
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static void day_of(int64_t seconds, char ret[16])
{
    time_t at = (time_t)seconds;
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL || strftime(ret, 16, "%Y-%m-%d", &tm) == 0)
        ret[0] = '\0';
}

/* The kept copy by this alias; false when there is none, or none that can be read. */
static bool read_kept(const struct collect *c, const char *alias, struct cert_list *ret,
                      int64_t *ret_since)
{
    struct tfhook_stat st = {.struct_size = sizeof(st)};
    const char *path = kept_copy_path(c->directory, alias), *why = NULL;
    if (c->host->stat(c->host, path, &st) != 0 || kept_copy_read(c->host, path, ret, &why) != 0)
        return false;
    *ret_since = st.mtime_sec;
    return true;
}

static void say_cached(const struct collect *c, const struct pick *p, int64_t since)
{
    char day[16];
    struct cert_facts facts;
    if (cert_facts_of(p->cert->der, p->cert->size, &facts) != 0)
        return;
    day_of(since, day);
    c->host->log(c->host, TFHOOK_WARNING, "%s: the copy kept since %s is used: %s, expires %s",
                 p->origin, day, facts.subject, facts.not_after_day);
    cert_facts_free(&facts);
}

/* Does another source of this run give the certificate of this name? Then the copy is that one's.
 */
static bool is_claimed(const struct collect *c, const struct pick *p, const char *alias)
{
    for (size_t i = 0; i < c->pick_count; i++) {
        const struct pick *other = &c->picks[i];
        if (other != p && !other->missing &&
            (strcmp(other->alias, alias) == 0 || strcmp(other->full, alias) == 0))
            return true;
    }
    return false;
}

/* The kept copy by this alias that may be the source's own: nobody else's, and with its pin. */
static bool take_kept(const struct collect *c, const struct pick *p, const char *alias,
                      struct cert_list *ret, int64_t *ret_since)
{
    if (is_claimed(c, p, alias) || !read_kept(c, alias, ret, ret_since))
        return false;
    const struct source *source = p->source;
    if (!source->pinned ||
        memcmp(ret->certs[cert_leaf(ret)].sha256, source->pin, sizeof source->pin) == 0)
        return true;
    c->host->log(c->host, TFHOOK_WARNING,
                 "%s: the copy that is kept as %s does not have its pin, and is not used",
                 p->origin, alias);
    cert_list_free(ret);
    *ret = (struct cert_list){0};
    return false;
}

/* What is missing is known by the copy that is kept, so that the others' aliases stay as they are.
 * A copy under the full name is there because of a clash, so it comes first. */
static void find_kept(struct collect *c, struct pick *p)
{
    struct cert_list kept = {0};
    int64_t since = 0;
    bool found = (strcmp(p->full, p->alias) != 0 && take_kept(c, p, p->full, &kept, &since)) ||
                 take_kept(c, p, p->alias, &kept, &since);
    if (found) {
        p->cert = collect_copy(&kept.certs[cert_leaf(&kept)]);
        cert_list_free(&kept);
    }
    if (c->when_missing == MISSING_SKIP)
        c->skipped++;
    else if (p->cert != NULL) {
        c->cached++;
        say_cached(c, p, since);
    } else
        collect_error(c, p->origin, "missing, and no copy of an earlier run is kept as %s/%s.crt",
                      c->directory, p->alias);
}

void collect_settle(struct collect *c)
{
    for (size_t i = 0; i < c->pick_count; i++)
        if (c->picks[i].missing)
            find_kept(c, &c->picks[i]);
    const char *error = alias_settle(c->picks, c->pick_count);
    if (error != NULL)
        collect_error(c, "aliases", "%s", error);
}

static void warn_of(const struct collect *c, const struct pick *p, const struct cert_facts *f)
{
    const struct tfhook_host *host = c->host;
    char day[16];
    if (f->not_after < host->now)
        host->log(host, TFHOOK_WARNING, "%s: its certificate expired on %s", p->origin,
                  f->not_after_day);
    if (f->not_before > host->now) {
        day_of(f->not_before, day);
        host->log(host, TFHOOK_WARNING, "%s: its certificate is not valid before %s", p->origin,
                  day);
    }
    if (f->weak_signature)
        host->log(host, TFHOOK_WARNING, "%s: its certificate is signed with MD5 or SHA-1",
                  p->origin);
    if (f->key_bits < (f->key_is_rsa ? 2048 : 224))
        host->log(host, TFHOOK_WARNING, "%s: its certificate has a weak key of %d bits", p->origin,
                  f->key_bits);
    if (!f->for_servers)
        host->log(host, TFHOOK_WARNING,
                  "%s: its certificate is not made for servers (extended key usage)", p->origin);
}

struct change {
    const char *path;
    const struct pick *pick;
    const struct cert_facts *facts;
    struct bytes pem;
    struct tfhook_data old; /* data NULL: there is none */
};

static void write_copy(struct collect *c, const struct change *change)
{
    int rc = c->host->write(c->host, change->path, change->pem.data, change->pem.size, 0644, 0);
    if (rc < 0)
        collect_error(c, change->path, "cannot be staged: %s", strerror(-rc));
}

static void say_change(struct collect *c, const struct change *change, const char *sign,
                       const char *before)
{
    char hex[CERT_SHA256_HEX_SIZE];
    const struct pick *p = change->pick;
    cert_hex(p->cert->sha256, hex);
    c->host->summary(c->host, change->path, "%s %s  %s  expires %s%s  SHA-256 %s  from %s", sign,
                     p->name, change->facts->subject, before, change->facts->not_after_day, hex,
                     p->origin);
}

static void replace_copy(struct collect *c, const struct change *change)
{
    struct cert_list old;
    struct cert_facts facts;
    enum cert_status status = cert_read(change->old.data, change->old.size, &old);
    if (status == CERT_PRIVATE_KEY) {
        collect_error(c, change->path, "%s: it is not overwritten; move it away",
                      cert_status_text(status));
        return;
    }
    const char *before = "";
    if (status != CERT_OK)
        before = memory_printf("(before: %s) ", cert_status_text(status));
    else if (old.count == 1 && cert_facts_of(old.certs[0].der, old.certs[0].size, &facts) == 0) {
        before = memory_printf("%s -> ", facts.not_after_day);
        cert_facts_free(&facts);
    }
    write_copy(c, change);
    say_change(c, change, "~", before);
    c->renewed++;
    cert_list_free(&old);
}

static void stage_copy(struct collect *c, struct change *change)
{
    const struct cert *cert = change->pick->cert;
    cert_pem(cert->der, cert->size, &change->pem);
    int rc = c->host->read(c->host, change->path, CERT_FILE_LIMIT, &change->old);
    if (rc == -ENOENT) {
        write_copy(c, change);
        say_change(c, change, "+", "");
        c->fresh++;
    } else if (rc < 0)
        collect_error(c, change->path, "cannot be read: %s", strerror(-rc));
    else if (change->old.size != change->pem.size ||
             memcmp(change->old.data, change->pem.data, change->pem.size) != 0)
        replace_copy(c, change);
    bytes_free(&change->pem);
}

/* The same certificate may come from several sources: it is kept once. */
static bool is_repeated(const struct collect *c, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (c->picks[i].cert != NULL && strcmp(c->picks[i].name, c->picks[at].name) == 0)
            return true;
    return false;
}

static void stage_pins(struct collect *c)
{
    struct bytes text = {0};
    pins_write(&c->pins, &text);
    int rc = c->host->write(c->host, TFHOOK_NOTES "pins", text.data, text.size, 0644, 0);
    if (rc < 0)
        collect_error(c, "pins", "cannot be recorded: %s", strerror(-rc));
    else
        c->host->summary(c->host, TFHOOK_NOTES "pins", "~ pins of servers accepted at first use");
    bytes_free(&text);
}

void collect_stage(struct collect *c)
{
    for (size_t i = 0; i < c->pick_count && c->error_count == 0; i++) {
        const struct pick *p = &c->picks[i];
        struct cert_facts facts;
        if (p->cert == NULL || (p->missing && c->when_missing == MISSING_SKIP) || is_repeated(c, i))
            continue;
        if (cert_facts_of(p->cert->der, p->cert->size, &facts) != 0) {
            collect_error(c, p->origin,
                          "its certificate cannot be shown: out of memory, or a date that is none");
            continue;
        }
        struct change change = {
            .path = kept_copy_path(c->directory, p->name), .pick = p, .facts = &facts};
        warn_of(c, p, &facts);
        stage_copy(c, &change);
        cert_facts_free(&facts);
        c->kept++;
    }
    if (c->error_count == 0 && c->pins_changed)
        stage_pins(c);
}

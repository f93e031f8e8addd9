/* The plan of one store: decide, edit, prove, stage, explain. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "edited_store_check.h"
#include "import.h"
#include "plan_text.h"
#include "store_users.h"
#include "system_anchors.h"

enum { LARGE = 1024 * 1024 };

/* One store under way. */
struct work {
    struct import_run *run;
    const struct jvm_store *store;
    struct tfhook_data data;   /* the store as it is */
    struct truststore *edited; /* NULL once it is written */
    struct truststore *before; /* as it is, to be compared with; NULL when nothing changes */
    bool blind;
    struct import_change *changes;
    enum import_action *actions; /* one for each certificate: what was decided last */
    size_t change_count, conflicts;
    struct bytes lines;    /* of the summary, each ended by a NUL */
    struct bytes conflict; /* the first one */
};

static int fail_out_of_memory(const struct work *w)
{
    return w->run->host->fail(w->run->host, "out of memory");
}

static void describe_entry(struct bytes *out, const struct truststore_entry *entry)
{
    if (entry->der != NULL)
        plan_text_certificate(out, entry->der, entry->der_size, entry->sha256);
    else
        bytes_text(out, "a key");
}

static void warn_doubtful(const struct work *w, const struct import_cert *cert,
                          const struct cert_facts *facts)
{
    const struct tfhook_host *host = w->run->host;
    struct bytes doubts = {0};
    plan_text_doubts(&doubts, facts, host->now);
    if (doubts.size > 0 && !doubts.failed)
        host->log(host, TFHOOK_WARNING, "%s: the certificate of %s %s", cert->path, cert->alias,
                  (const char *)doubts.data);
    bytes_free(&doubts);
}

static void note_lines(struct work *w, const struct import_cert *cert,
                       const struct cert_facts *facts, const struct import_decision *decision)
{
    bool add = decision->action == IMPORT_ADD;
    bytes_printf(&w->lines, "%c %s  ", add ? '+' : '~', cert->alias);
    plan_text_facts(&w->lines, facts, cert->sha256);
    if (decision->reason != NULL)
        bytes_printf(&w->lines, "  (%s)", decision->reason);
    bytes_u8(&w->lines, 0);
    if (add && decision->entry == NULL)
        return;
    bytes_text(&w->lines, add ? "    beside " : "    was  ");
    if (add)
        bytes_printf(&w->lines, "%s, the same certificate, which no JVM trusts: %s",
                     *decision->entry->alias == '\0' ? "an entry without a name"
                                                     : decision->entry->alias,
                     decision->entry->why_not);
    else
        describe_entry(&w->lines, decision->entry);
    bytes_u8(&w->lines, 0);
}

static int change_entry(struct work *w, const struct import_cert *cert,
                        const struct import_decision *decision)
{
    const struct tfhook_host *host = w->run->host;
    struct truststore_error error;
    struct cert_facts facts;
    int64_t date = host->now * 1000;
    if (cert_facts_of(cert->der, cert->size, &facts) != 0)
        return host->fail(host, "%s: its certificate does not decode, or memory is out",
                          cert->path);
    note_lines(w, cert, &facts, decision);
    warn_doubtful(w, cert, &facts);
    cert_facts_free(&facts);
    enum truststore_status status =
        decision->action == IMPORT_ADD
            ? truststore_add(w->edited, cert->alias, date, cert->der, cert->size, &error)
            : truststore_replace(w->edited, cert->alias, date, cert->der, cert->size, &error);
    if (status != TRUSTSTORE_OK)
        return host->fail(host, "%s: cannot be imported into %s: %s", cert->path, w->store->real,
                          error.text);
    if (decision->action == IMPORT_ADD)
        w->run->added++;
    else
        w->run->replaced++;
    w->changes[w->change_count++] =
        (struct import_change){.alias = cert->alias, .sha256 = cert->sha256};
    return ownership_set(&w->run->notes, w->store->real, cert->alias, cert->sha256)
               ? TFHOOK_OK
               : fail_out_of_memory(w);
}

static int fail_conflict(struct work *w, const struct import_cert *cert,
                         const struct import_decision *decision)
{
    struct bytes text = {0};
    bytes_printf(&text, "%s: alias '%s' is taken by ", w->store->real, cert->alias);
    describe_entry(&text, decision->entry);
    bytes_printf(&text, "; %s is ", cert->path);
    plan_text_certificate(&text, cert->der, cert->size, cert->sha256);
    bytes_text(&text, decision->action == IMPORT_KEY
                          ? "; a private key is never replaced: import under another name "
                            "(certificate = FILE as ALIAS)"
                          : "; import it under another name (certificate = FILE as ALIAS), or set "
                            "on-conflict to replace or keep");
    if (text.failed) {
        bytes_free(&text);
        return fail_out_of_memory(w);
    }
    if (w->conflicts++ == 0) {
        w->conflict = text;
        return TFHOOK_OK;
    }
    w->run->host->log(w->run->host, TFHOOK_WARNING, "%s", (const char *)text.data);
    bytes_free(&text);
    return TFHOOK_OK;
}

static void keep_entry(struct work *w, const struct import_cert *cert,
                       const struct import_decision *decision)
{
    struct bytes text = {0};
    describe_entry(&text, decision->entry);
    w->run->kept++;
    w->run->host->log(w->run->host, TFHOOK_WARNING,
                      "%s: alias '%s' keeps %s, so %s is not trusted (on-conflict = keep)",
                      w->store->real, cert->alias, text.failed ? "its entry" : (char *)text.data,
                      cert->path);
    bytes_free(&text);
}

static int consider_cert(struct work *w, size_t at)
{
    const struct import_cert *cert = &w->run->certs->certs[at];
    const struct tfhook_host *host = w->run->host;
    const struct truststore_entry *taken = truststore_find_alias(w->edited, cert->alias);
    bool noted = taken != NULL && taken->der != NULL &&
                 ownership_has(&w->run->notes, w->store->real, cert->alias, taken->sha256);
    struct import_decision decision = import_decide(w->edited, cert->alias, cert->der, cert->size,
                                                    cert->sha256, w->run->policy, noted);
    w->actions[at] = decision.action;
    switch (decision.action) {
    case IMPORT_PRESENT:
        host->log(host, TFHOOK_DEBUG, "%s: %s is trusted already, under alias '%s'", w->store->real,
                  cert->path, decision.entry->alias);
        return TFHOOK_OK;
    case IMPORT_KEEP:
        keep_entry(w, cert, &decision);
        return TFHOOK_OK;
    case IMPORT_CONFLICT:
    case IMPORT_KEY:
        return fail_conflict(w, cert, &decision);
    case IMPORT_ADD:
    case IMPORT_REPLACE:
        break;
    }
    return change_entry(w, cert, &decision);
}

/* What tfhook added and a person wants gone. Nothing else is removed: not asked is not meant. */
static int remove_alias(struct work *w, const char *alias)
{
    const struct tfhook_host *host = w->run->host;
    const char *store = w->store->real;
    const struct truststore_entry *entry = truststore_find_alias(w->edited, alias);
    struct truststore_error error;
    if (entry == NULL)
        return TFHOOK_OK;
    if (entry->der == NULL || !ownership_has(&w->run->notes, store, alias, entry->sha256))
        return host->fail(host,
                          "%s: alias '%s' holds an entry that tfhook has not added, so it is not "
                          "removed (aliases-absent); if it shall go: keytool -delete -alias %s",
                          store, alias, alias);
    bytes_printf(&w->lines, "- %s  ", alias);
    describe_entry(&w->lines, entry);
    bytes_u8(&w->lines, 0);
    if (truststore_remove(w->edited, alias, &error) != TRUSTSTORE_OK)
        return host->fail(host, "%s: '%s' cannot be removed: %s", store, alias, error.text);
    w->run->removed++;
    w->changes[w->change_count++] = (struct import_change){.alias = alias};
    return ownership_drop(&w->run->notes, store, alias) ? TFHOOK_OK : fail_out_of_memory(w);
}

static int remove_absent(struct work *w)
{
    int result = TFHOOK_OK;
    for (size_t i = 0; i < w->run->absent.count && result == TFHOOK_OK; i++)
        result = remove_alias(w, w->run->absent.names[i]);
    return result;
}

static bool is_trusted(const struct truststore *store, const struct import_cert *cert)
{
    const struct truststore_entry *entry = truststore_find_sha256(store, cert->sha256);
    return entry != NULL && entry->trusted;
}

/* A certificate that was there under another's alias goes when that alias is renewed, so what was
 * left alone is looked at again, until nothing changes. Each certificate changes its own alias
 * only, and at most once. */
static int consider_all(struct work *w)
{
    const struct tfhook_host *host = w->run->host;
    const struct import_certs *certs = w->run->certs;
    int result = TFHOOK_OK;
    for (size_t i = 0; i < certs->count && result == TFHOOK_OK; i++) {
        host->progress(host, i, certs->count, w->store->real);
        result = consider_cert(w, i);
    }
    for (bool again = true; again && result == TFHOOK_OK;) {
        again = false;
        for (size_t i = 0; i < certs->count && result == TFHOOK_OK; i++) {
            if (w->actions[i] != IMPORT_PRESENT || is_trusted(w->edited, &certs->certs[i]))
                continue;
            result = consider_cert(w, i);
            again = true;
        }
    }
    return result;
}

static const char *prove_wanted(const struct work *w, const struct truststore *after)
{
    const struct import_certs *certs = w->run->certs;
    for (size_t i = 0; i < certs->count; i++)
        if (w->actions[i] != IMPORT_KEEP && !is_trusted(after, &certs->certs[i]))
            return "a certificate that is to be trusted would not be";
    return NULL;
}

/* The bytes as a store of their own, in the view of the one that was read. */
static enum truststore_status open_like(const struct work *w, const void *data, size_t size,
                                        struct truststore **ret, struct truststore_error *error)
{
    enum truststore_status status = truststore_open(data, size, w->run->password, ret, error);
    return status == TRUSTSTORE_OK && w->blind && !truststore_blind(*ret) ? TRUSTSTORE_MEMORY
                                                                          : status;
}

/* A large store is many small pieces, whose pages are not given back by themselves. */
static void free_store(struct truststore *store, size_t size)
{
    truststore_free(store);
    if (size > LARGE)
        (void)malloc_trim(0);
}

/* The store written, read again and proved against what it was. */
static int build_checked(struct work *w, struct bytes *out)
{
    const struct tfhook_host *host = w->run->host;
    struct truststore_error error;
    struct truststore *after = NULL;
    enum truststore_status status = truststore_write(w->edited, out, &error);
    free_store(w->edited, out->size); /* it is as large as both of the others */
    w->edited = NULL;
    if (status == TRUSTSTORE_OK)
        status = open_like(w, w->data.data, w->data.size, &w->before, &error);
    if (status == TRUSTSTORE_OK)
        status = open_like(w, out->data, out->size, &after, &error);
    const char *fault = status == TRUSTSTORE_OK
                            ? import_check_edited(w->before, after, w->changes, w->change_count)
                            : error.text;
    if (fault == NULL)
        fault = prove_wanted(w, after);
    int result = TFHOOK_OK;
    if (fault != NULL)
        result = host->fail(host,
                            "%s: the new store does not hold what was meant: %s; this is a fault "
                            "of tfhook, and nothing was changed",
                            w->store->real, fault);
    free_store(after, out->size);
    return result;
}

static void send_lines(struct work *w)
{
    const struct tfhook_host *host = w->run->host;
    for (size_t at = 0; at < w->lines.size; at += strlen((char *)w->lines.data + at) + 1)
        host->summary(host, w->store->real, "%s", (char *)w->lines.data + at);
    bytes_free(&w->lines);
}

static int stage_store(struct work *w)
{
    const struct tfhook_host *host = w->run->host;
    struct bytes out = {0};
    int result = build_checked(w, &out);
    if (result == TFHOOK_OK) {
        send_lines(w);
        int rc = host->write(host, w->store->real, out.data, out.size, -1, 0);
        if (rc != 0)
            result = host->fail(host, "%s: the change cannot be staged: %s", w->store->real,
                                strerror(-rc));
    }
    bytes_free(&out);
    if (result != TFHOOK_OK)
        return result;
    if (w->before->trailing > 0)
        host->log(host, TFHOOK_WARNING,
                  "%s: %zu bytes behind the store's end, which Java ignores, are left out",
                  w->store->real, w->before->trailing);
    w->run->changed_stores++;
    import_advise_users(w->run, w->store);
    return TFHOOK_OK;
}

static int run_work(struct work *w)
{
    const struct tfhook_host *host = w->run->host;
    size_t count = w->run->certs->count + w->run->absent.count;
    w->changes = calloc(count + 1, sizeof *w->changes);
    w->actions = calloc(count + 1, sizeof *w->actions);
    if (w->changes == NULL || w->actions == NULL)
        return fail_out_of_memory(w);
    int result = remove_absent(w);
    if (result == TFHOOK_OK)
        result = consider_all(w);
    if (result == TFHOOK_OK && w->lines.failed)
        result = fail_out_of_memory(w);
    if (result == TFHOOK_OK && w->conflicts > 0)
        return host->fail(host, "%s", (const char *)w->conflict.data);
    if (result == TFHOOK_OK && w->change_count > 0)
        result = stage_store(w);
    if (result == TFHOOK_OK && w->store->generated != NULL)
        result =
            import_system_anchors(host, w->store->real, w->run->certs, w->actions, w->run->absent);
    if (result == TFHOOK_OK)
        import_show_users(w->run, w->store, w->before != NULL ? w->before : w->edited,
                          w->change_count > 0);
    return result;
}

int import_plan_store(struct import_run *run, const struct jvm_store *store)
{
    struct work w = {.run = run, .store = store};
    int result = import_open(run, store, &w.edited, &w.data);
    if (result == TFHOOK_OK) {
        w.blind = w.edited->blind;
        result = run_work(&w);
    }
    truststore_free(w.before);
    truststore_free(w.edited);
    free(w.changes);
    free(w.actions);
    bytes_free(&w.lines);
    bytes_free(&w.conflict);
    return result;
}

/* The plan of one store: decide, edit, prove, stage, explain. */
#include <string.h>

#include "cert_text.h"
#include "edited_store_check.h"
#include "import.h"
#include "memory.h"
#include "plan_text.h"
#include "store_users.h"
#include "system_anchors.h"

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
    size_t change_count;
    const char *conflict; /* the first one */
};

static const char *describe_entry(const struct truststore_entry *entry)
{
    return entry->der != NULL ? cert_text(entry->der, entry->der_size, entry->sha256) : "a key";
}

static void show_change(const struct work *w, const struct import_cert *cert,
                        const struct cert_facts *facts, const struct import_decision *decision)
{
    const struct tfhook_host *host = w->run->host;
    const char *store = w->store->real, *doubts = plan_text_doubts(facts, host->now);
    const struct truststore_entry *entry = decision->entry;
    const char *reason = decision->reason == NULL ? "" : memory_printf("  (%s)", decision->reason);
    bool add = decision->action == IMPORT_ADD;
    host->summary(host, store, "%c %s  %s%s", add ? '+' : '~', cert->alias,
                  cert_text_facts(facts, cert->sha256), reason);
    if (!add)
        host->summary(host, store, "    was  %s", describe_entry(entry));
    else if (entry != NULL)
        host->summary(host, store, "    beside %s, the same certificate, which no JVM trusts: %s",
                      *entry->alias == '\0' ? "an entry without a name" : entry->alias,
                      entry->why_not);
    if (doubts != NULL)
        host->log(host, TFHOOK_WARNING, "%s: the certificate of %s %s", cert->path, cert->alias,
                  doubts);
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
    show_change(w, cert, &facts, decision);
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
    ownership_set(&w->run->notes, w->store->real, cert->alias, cert->sha256);
    return TFHOOK_OK;
}

/* The first is the step's message, the others are warnings. */
static void note_conflict(struct work *w, const struct import_cert *cert,
                          const struct import_decision *decision)
{
    const char *way_out =
        decision->action == IMPORT_KEY
            ? "a private key is never replaced: import under another name "
              "(certificate = FILE as ALIAS)"
            : "import it under another name (certificate = FILE as ALIAS), or set "
              "on-conflict to replace or keep";
    const char *text = memory_printf("%s: alias '%s' is taken by %s; %s is %s; %s", w->store->real,
                                     cert->alias, describe_entry(decision->entry), cert->path,
                                     cert_text(cert->der, cert->size, cert->sha256), way_out);
    if (w->conflict == NULL)
        w->conflict = text;
    else
        w->run->host->log(w->run->host, TFHOOK_WARNING, "%s", text);
}

static void keep_entry(struct work *w, const struct import_cert *cert,
                       const struct import_decision *decision)
{
    w->run->kept++;
    w->run->host->log(w->run->host, TFHOOK_WARNING,
                      "%s: alias '%s' keeps %s, so %s is not trusted (on-conflict = keep)",
                      w->store->real, cert->alias, describe_entry(decision->entry), cert->path);
}

static int consider_cert(struct work *w, size_t at)
{
    const struct import_cert *cert = &w->run->certs.certs[at];
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
        note_conflict(w, cert, &decision);
        return TFHOOK_OK;
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
    host->summary(host, store, "- %s  %s", alias, describe_entry(entry));
    if (truststore_remove(w->edited, alias, &error) != TRUSTSTORE_OK)
        return host->fail(host, "%s: '%s' cannot be removed: %s", store, alias, error.text);
    w->run->removed++;
    w->changes[w->change_count++] = (struct import_change){.alias = alias};
    ownership_drop(&w->run->notes, store, alias);
    return TFHOOK_OK;
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
    const struct import_certs *certs = &w->run->certs;
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
    const struct import_certs *certs = &w->run->certs;
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
    if (status == TRUSTSTORE_OK && w->blind)
        truststore_blind(*ret);
    return status;
}

/* The store written, read again and proved against what it was. */
static int build_checked(struct work *w, struct bytes *out)
{
    const struct tfhook_host *host = w->run->host;
    struct truststore_error error;
    struct truststore *after = NULL;
    enum truststore_status status = truststore_write(w->edited, out, &error);
    truststore_free(w->edited); /* it is as large as both of the others */
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
    truststore_free(after);
    return result;
}

static int stage_store(struct work *w)
{
    const struct tfhook_host *host = w->run->host;
    struct bytes out = {0};
    int result = build_checked(w, &out);
    if (result == TFHOOK_OK) {
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
    size_t count = w->run->certs.count + w->run->absent.count;
    w->changes = memory_new(count * sizeof *w->changes);
    w->actions = memory_new(count * sizeof *w->actions);
    int result = remove_absent(w);
    if (result == TFHOOK_OK)
        result = consider_all(w);
    if (result == TFHOOK_OK && w->conflict != NULL)
        return host->fail(host, "%s", w->conflict);
    if (result == TFHOOK_OK && w->change_count > 0)
        result = stage_store(w);
    if (result == TFHOOK_OK && w->store->generated != NULL)
        result =
            import_system_anchors(host, w->store->real, &w->run->certs, w->actions, w->run->absent);
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
    return result;
}

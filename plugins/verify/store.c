/* store: what the JVMs will really trust, and whether every collected certificate is among it. */
#include <string.h>

#include "jvm_store_loads.h"
#include "jvm_trust_stores.h"
#include "store_listing.h"
#include "verify.h"

static const char import[] = "import it with the plugin jks-import: tfhook apply";

/* Certificates that are in the file and still not trusted: Java says nothing about them. */
static void report_ghosts(struct verify *v, const struct verify_store *store)
{
    size_t count = 0;
    const struct truststore_entry *first = NULL;
    for (size_t i = 0; i < store->store->count; i++) {
        const struct truststore_entry *entry = &store->store->entries[i];
        if (entry->kind != TRUSTSTORE_CERTIFICATE || entry->trusted)
            continue;
        first = first == NULL ? entry : first;
        count++;
    }
    if (count > 0)
        verify_report(
            v, "store.untrusted", store->place->path, TFHOOK_WARN,
            "Java reports no error for them: remove them, or import them again",
            "%zu of its certificates are in the file and not trusted, the first as %s: %s", count,
            first->alias, first->why_not != NULL ? first->why_not : "not trusted");
}

/* The wanted JVMs that read this store and cannot load it; the others of this host are a warning.
 */
static void report_unloadable(struct verify *v, const struct verify_stores *stores,
                              const struct verify_store *store)
{
    for (size_t i = 0; i < stores->jvms.jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms.jvms[i];
        const char *why = jvm_uses(jvm, store->place) ? jvm_cannot_load(jvm, store->store) : NULL;
        if (why != NULL)
            verify_report(v, "store.loadable", store->place->path,
                          jvm->wanted ? TFHOOK_FAIL : TFHOOK_WARN, jvm_way_out(jvm, store->store),
                          "java of %s%s cannot load it: %s", jvm->home,
                          jvm->pid != 0 ? " (a process runs it)" : "", why);
    }
}

/* Is it a store that the wanted JVMs load? If not, nothing in it is trusted. */
static bool is_loaded(struct verify *v, const struct verify_stores *stores,
                      const struct verify_store *store)
{
    report_unloadable(v, stores, store);
    if (store->decodable == JAVA_UNSURE)
        verify_report(
            v, "store.decodable", store->place->path, TFHOOK_WARN,
            "try it: keytool -list -keystore with this store; if Java refuses it, take the "
            "entry out",
            "the certificate of its entry '%s' %s: Java may refuse the whole store for it",
            store->undecodable->alias, store->undecodable_why);
    if (store->decodable == JAVA_REFUSES)
        verify_report(
            v, "store.decodable", store->place->path, TFHOOK_FAIL,
            "put a sound copy back, then: tfhook apply",
            "the certificate of its entry '%s' %s: Java refuses the whole store for it, so "
            "every TLS connection fails",
            store->undecodable->alias, store->undecodable_why);
    return store->loaded;
}

static void report_store(struct verify *v, const struct verify_stores *stores,
                         const struct verify_store *store)
{
    const char *users = verify_stores_users(stores, store);
    size_t trusted = truststore_trusted(store->store);
    if (trusted == 0)
        verify_report(v, "store.entries", store->place->path, TFHOOK_FAIL,
                      "put the JDK's own store back, then: tfhook apply",
                      "holds no certificate that a JVM trusts: every TLS connection of it fails");
    else
        verify_report(v, "store.entries", store->place->path, TFHOOK_PASS, NULL,
                      "%zu %s trusted; %s (%s)%s%s", trusted,
                      trusted == 1 ? "certificate is" : "certificates are",
                      truststore_form_text(store->store), store->place->why,
                      users != NULL ? "; loaded by " : "; no JVM that was found loads it",
                      users != NULL ? users : "");
    report_ghosts(v, store);
    if (store->place->generated != NULL)
        verify_report(v, "store.generated", store->place->path, TFHOOK_WARN,
                      "let tfhook's systemd path unit run it again after such an update",
                      "is generated: %s", store->place->generated);
    verify_list_entries(v, store);
}

static void look_for(struct verify *v, const struct verify_store *store,
                     const struct verify_copy *copy)
{
    static const char id[] = "store.trusted";
    const struct truststore_entry *entry = truststore_find_sha256(store->store, copy->sha256);
    const struct truststore_entry *named = truststore_find_alias(store->store, copy->alias);
    if (entry != NULL && entry->trusted)
        verify_report(v, id, copy->alias, TFHOOK_PASS, NULL, "%s is trusted by %s, as %s%s%s",
                      copy->facts.subject, store->place->path, entry->alias,
                      copy->facts.is_ca ? "" : "; " VERIFY_LEAF_ONLY,
                      copy->facts.not_after < v->host->now ? "; " VERIFY_EXPIRED : "");
    else if (entry != NULL)
        verify_report(v, id, copy->alias, TFHOOK_FAIL, import,
                      "%s is in %s as %s, but a JVM does not trust it: %s", copy->facts.subject,
                      store->place->path, entry->alias,
                      entry->why_not != NULL ? entry->why_not : "not trusted");
    else
        verify_report(v, id, copy->alias, TFHOOK_FAIL, import, "%s (%s) is not in %s%s",
                      copy->facts.subject, copy->path, store->place->path,
                      named != NULL ? ": its alias holds another certificate" : "");
}

void verify_check_store(struct verify *v)
{
    const struct verify_stores *stores = verify_stores_get(v);
    const char *password_file = v->host->value(v->host, "password-file");
    if (stores->count == 0)
        verify_report(v, "store.found", "java", v->copy_count > 0 ? TFHOOK_FAIL : TFHOOK_WARN,
                      "name the store with the key keystore, or the JVM with java-home", "%s",
                      stores->error != NULL ? stores->error : "no trust store of a JVM was found");
    for (size_t i = 0; i < v->problem_count; i++)
        verify_report(v, "store.certificates", v->problems[i].path, TFHOOK_FAIL,
                      v->problems[i].denied ? "run as root" : "collect it again, or remove it",
                      "%s", v->problems[i].text);
    if (v->copy_count == 0)
        verify_report(v, "store.trusted", v->host->value(v->host, "certificates"), TFHOOK_SKIP,
                      "collect them with the plugin cert-collect",
                      "holds no collected certificate to look for");
    for (size_t i = 0; i < stores->count; i++) {
        const struct verify_store *store = &stores->items[i];
        if (store->store == NULL) {
            verify_report(
                v, "store.readable", store->place->path, TFHOOK_FAIL,
                store->denied ? "run as root"
                : store->error.status == TRUSTSTORE_PASSWORD
                    ? "put the store's password into a file, and set password-file"
                    : "put a sound copy back: every TLS connection of its JVMs is at stake",
                "%s%s%s", store->error.text,
                store->error.status == TRUSTSTORE_PASSWORD && password_file != NULL
                    ? "; the password is from "
                    : "",
                store->error.status == TRUSTSTORE_PASSWORD && password_file != NULL ? password_file
                                                                                    : "");
            continue;
        }
        if (!is_loaded(v, stores, store))
            continue;
        report_store(v, stores, store);
        for (size_t j = 0; j < v->copy_count; j++)
            look_for(v, store, &v->copies[j]);
    }
}

/* What plan and verify share: a store opened, and the notes of what was added. */
#include "import.h"

#include <errno.h>
#include <string.h>

#include "host_errors.h"
#include "jvm_store_loads.h"
#include "memory.h"

static const char notes_path[] = TFHOOK_NOTES "added";

/* What a person can do about a store that does not open. */
static const char *way_out(enum truststore_status status)
{
    static const char *const texts[] = {
        [TRUSTSTORE_UNKNOWN] = "point keystore or java-home at the store",
        [TRUSTSTORE_UNSUPPORTED] = "nothing was changed",
        [TRUSTSTORE_BROKEN] = "put a sound copy back, from a backup or the JDK's package",
        [TRUSTSTORE_PASSWORD] = "set password-file if the password is another one",
        [TRUSTSTORE_REFUSED] = "nothing was changed",
        [TRUSTSTORE_MEMORY] = "nothing was changed",
        [TRUSTSTORE_OK] = "",
    };
    return texts[status];
}

int import_open(const struct import_run *run, const struct jvm_store *store,
                struct truststore **ret, struct tfhook_data *ret_data)
{
    const struct tfhook_host *host = run->host;
    struct tfhook_data data;
    int rc = host->read(host, store->real, 0, &data);
    if (rc == -ENOENT && run->empty.data != NULL)
        data = (struct tfhook_data){.data = run->empty.data, .size = run->empty.size};
    else if (rc != 0)
        return host->fail(host, "%s: the store cannot be read: %s%s", store->real, strerror(-rc),
                          host_error_advice(rc));
    struct truststore *opened = NULL;
    struct truststore_error error;
    enum truststore_status status =
        truststore_open(data.data, data.size, run->password, &opened, &error);
    const char *password_file = host->value(host, "password-file");
    if (status == TRUSTSTORE_PASSWORD && password_file != NULL)
        return host->fail(host, "%s: %s; put the store's password into %s (password-file)",
                          store->real, error.text, password_file);
    if (status != TRUSTSTORE_OK)
        return host->fail(host, "%s: %s; %s", store->real, error.text, way_out(status));
    if (opened->form == TRUSTSTORE_JCEKS && run->found_by_jvm) {
        truststore_free(opened);
        return host->fail(host,
                          "%s: is a JCEKS store, which no JVM takes for its default store; convert "
                          "it to JKS, or name it with keystore",
                          store->real);
    }
    const char *why = NULL;
    enum java_verdict verdict;
    const struct truststore_entry *bad = truststore_undecodable(opened, false, &verdict, &why);
    if (verdict == JAVA_REFUSES) {
        int result = host->fail(host,
                                "%s: the certificate of its entry '%s' %s: Java refuses the whole "
                                "store for it, so every TLS connection fails; %s",
                                store->real, bad->alias, why, way_out(TRUSTSTORE_BROKEN));
        truststore_free(opened);
        return result;
    }
    if (jvm_is_blind(&run->stores, store, opened))
        truststore_blind(opened);
    host->log(host, TFHOOK_DEBUG, "%s: %s, %zu entries (%s: %s)", store->real,
              truststore_form_text(opened), opened->count, store->path, store->why);
    *ret = opened;
    if (ret_data != NULL)
        *ret_data = data;
    return TFHOOK_OK;
}

int import_make_empty(struct import_run *run)
{
    const struct tfhook_host *host = run->host;
    struct truststore_error error;
    bool jks = strcmp(host->value(host, "form"), "jks") == 0;
    if (host->flag(host, "create") == 0)
        return TFHOOK_OK;
    if (truststore_empty(jks ? TRUSTSTORE_JKS : TRUSTSTORE_PKCS12, run->password, &run->empty,
                         &error) != TRUSTSTORE_OK)
        return host->fail(host, "a new store cannot be made: %s", error.text);
    return TFHOOK_OK;
}

int import_load_ownership(struct import_run *run)
{
    struct tfhook_data data = {.data = (const unsigned char *)""};
    int rc = run->host->read(run->host, notes_path, 0, &data);
    if (rc != 0 && rc != -ENOENT)
        return run->host->fail(run->host, "%s: what was added before cannot be read: %s",
                               notes_path, strerror(-rc));
    run->notes = ownership_parse((const char *)data.data);
    return TFHOOK_OK;
}

int import_save_ownership(struct import_run *run)
{
    if (!run->notes.changed)
        return TFHOOK_OK;
    struct bytes text = {0};
    ownership_text(&run->notes, &text);
    int rc = run->host->write(run->host, notes_path, text.data, text.size, -1, 0);
    bytes_free(&text);
    if (rc != 0)
        return run->host->fail(run->host, "%s: cannot be staged: %s", notes_path, strerror(-rc));
    run->host->summary(run->host, notes_path,
                       "remembers what was added, so that it may be renewed");
    return TFHOOK_OK;
}

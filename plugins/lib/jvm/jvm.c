#include "jvm.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "jvm_internal.h"

static const char default_java[] = "/usr/bin/java";

static bool add_default(const struct tfhook_host *host, struct jvm_stores *stores, struct jvm **ret)
{
    const char *program = NULL;
    *ret = NULL;
    if (host->real_path(host, default_java, &program) != 0)
        return true;
    char *home = jvm_home_of_program(program);
    bool done = home == NULL || jvm_add_home_once(host, stores, home, ret);
    free(home);
    return done;
}

static void want_all(struct jvm_stores *stores, bool processes_of_teamforge)
{
    for (size_t i = 0; i < stores->jvm_count; i++) {
        struct jvm *jvm = &stores->jvms[i];
        if (!jvm->foreign && (processes_of_teamforge ? jvm->teamforge : jvm->real != NULL))
            jvm->wanted = true;
    }
}

static bool names_only(struct tfhook_names names, const char *word)
{
    return names.count == 0 ? strcmp(word, "auto") == 0
                            : names.count == 1 && strcmp(names.names[0], word) == 0;
}

static bool no_memory(char error[JVM_ERROR_SIZE])
{
    (void)snprintf(error, JVM_ERROR_SIZE, "out of memory");
    return false;
}

static bool want_listed(const struct tfhook_host *host, struct jvm_stores *stores,
                        struct tfhook_names homes, char error[JVM_ERROR_SIZE])
{
    for (size_t i = 0; i < homes.count; i++) {
        struct jvm *jvm = NULL;
        if (!jvm_add_home_once(host, stores, homes.names[i], &jvm))
            return no_memory(error);
        if (jvm == NULL) {
            (void)snprintf(error, JVM_ERROR_SIZE,
                           "%s: no Java home, it has no lib/security (nor jre/lib/security); set "
                           "java-home to the directory above bin/java",
                           homes.names[i]);
            return false;
        }
        jvm->wanted = true;
    }
    return true;
}

/* "auto": what TeamForge runs and is to start; when nothing runs, what `java` starts too. */
static bool want_auto(const struct tfhook_host *host, struct jvm_stores *stores, struct jvm *java,
                      char error[JVM_ERROR_SIZE])
{
    want_all(stores, true);
    for (size_t i = 0; i < stores->jvm_count; i++)
        if (stores->jvms[i].wanted && stores->jvms[i].pid != 0)
            return true;
    if (java == NULL) {
        (void)snprintf(error, JVM_ERROR_SIZE,
                       "no JVM found: no process of TeamForge runs and %s leads to none; set "
                       "java-home or keystore",
                       default_java);
        return false;
    }
    host->log(host, TFHOOK_INFO, "no process of TeamForge runs here: taking the default java, %s",
              java->home);
    java->wanted = true;
    return true;
}

/* The place of `java` moves with what is added. */
static bool add_site(const struct tfhook_host *host, struct jvm_stores *stores, const char *path,
                     struct jvm **java)
{
    if (*java == NULL)
        return true;
    size_t place = (size_t)(*java - stores->jvms);
    char *home = strdup((*java)->home);
    bool done = home != NULL && jvm_add_site(host, stores, path, home);
    free(home);
    *java = &stores->jvms[place];
    return done;
}

static bool survey_homes(const struct tfhook_host *host, struct tfhook_names homes,
                         const char *site_options, bool need_homes, struct jvm_stores *stores,
                         char error[JVM_ERROR_SIZE])
{
    struct jvm *java = NULL;
    if (!jvm_add_installed(host, stores) || !jvm_add_processes(host, stores) ||
        !add_default(host, stores, &java) || !add_site(host, stores, site_options, &java))
        return no_memory(error);
    if (!need_homes)
        return true;
    if (names_only(homes, "auto"))
        return want_auto(host, stores, java, error);
    if (!names_only(homes, "all"))
        return want_listed(host, stores, homes, error);
    want_all(stores, false);
    if (stores->jvm_count > 0)
        return true;
    (void)snprintf(
        error, JVM_ERROR_SIZE,
        "no JVM found in /usr/lib/jvm, /usr/java, /opt/java* and the alternatives, and none "
        "runs; set "
        "java-home or keystore");
    return false;
}

/* A store once; its real path is copied. */
static bool add_store(struct jvm_stores *stores, const char *path, const char *real,
                      const char *why)
{
    for (size_t i = 0; i < stores->store_count; i++)
        if (strcmp(stores->stores[i].real, real) == 0)
            return true;
    struct jvm_store *grown =
        realloc(stores->stores, (stores->store_count + 1) * sizeof *stores->stores);
    if (grown == NULL)
        return false;
    stores->stores = grown;
    struct jvm_store store = {
        .path = path, .real = strdup(real), .why = why, .generated = jvm_generated(real)};
    if (store.real == NULL)
        return false;
    grown[stores->store_count++] = store;
    return true;
}

static bool stores_of_jvms(struct jvm_stores *stores, char error[JVM_ERROR_SIZE])
{
    for (size_t i = 0; i < stores->jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms[i];
        if (!jvm->wanted)
            continue;
        if (jvm->real == NULL) {
            (void)snprintf(error, JVM_ERROR_SIZE,
                           "%s/lib/security/cacerts: this JVM has no trust store; install its CA "
                           "certificates, or set java-home or keystore",
                           jvm->home);
            return false;
        }
        if (!add_store(stores, jvm->path, jvm->real, jvm->why))
            return no_memory(error);
    }
    return true;
}

static bool stores_listed(const struct tfhook_host *host, struct jvm_stores *stores,
                          struct tfhook_names paths, char error[JVM_ERROR_SIZE])
{
    for (size_t i = 0; i < paths.count; i++) {
        const char *real = NULL;
        int rc = host->real_path(host, paths.names[i], &real);
        if (rc != 0) {
            (void)snprintf(error, JVM_ERROR_SIZE,
                           "%s: %s; keystore names stores that exist, or is auto", paths.names[i],
                           strerror(-rc));
            return false;
        }
        if (!add_store(stores, paths.names[i], real, "named by keystore"))
            return no_memory(error);
    }
    return true;
}

/* What the java.security of this home says; any form when it cannot be read. */
static enum jvm_forms forms_of_home(const struct tfhook_host *host, const char *home)
{
    static const char *const places[] = {"conf/security",
                                         "lib/security"}; /* the last up to JDK 8 */
    for (size_t i = 0; i < 2; i++) {
        char *path = jvm_text("%s/%s/java.security", home, places[i]);
        struct tfhook_data data = {0};
        bool found = path != NULL && host->read(host, path, 0, &data) == 0;
        free(path);
        if (found)
            return jvm_forms_of_security((const char *)data.data);
    }
    return JVM_ANY_FORM;
}

/* The forms that a JVM takes matter where it uses one of the stores; its java.security is long. */
static void find_forms(const struct tfhook_host *host, struct jvm_stores *stores)
{
    for (size_t i = 0; i < stores->jvm_count; i++) {
        struct jvm *jvm = &stores->jvms[i];
        for (size_t k = 0; k < stores->store_count; k++)
            if (jvm_uses(jvm, &stores->stores[k])) {
                jvm->forms = forms_of_home(host, jvm->home);
                break;
            }
    }
}

bool jvm_find(const struct tfhook_host *host, struct tfhook_names keystore,
              struct tfhook_names java_home, const char *site_options, struct jvm_stores *ret,
              char error[JVM_ERROR_SIZE])
{
    struct jvm_stores stores = {0};
    bool from_jvms = names_only(keystore, "auto");
    bool done = survey_homes(host, java_home, site_options, from_jvms, &stores, error);
    if (done)
        done = from_jvms ? stores_of_jvms(&stores, error)
                         : stores_listed(host, &stores, keystore, error);
    if (done) {
        find_forms(host, &stores);
        *ret = stores;
    } else {
        jvm_free(&stores);
    }
    return done;
}

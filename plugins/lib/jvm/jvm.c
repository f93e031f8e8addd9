#include "jvm.h"

#include <string.h>

#include "jvm_internal.h"
#include "memory.h"

static const char default_java[] = "/usr/bin/java";

/* The JVM that `java` starts: its links followed. */
static struct jvm *add_default(const struct tfhook_host *host, struct jvm_stores *stores)
{
    const char *program = NULL;
    if (host->real_path(host, default_java, &program) != 0)
        return NULL;
    const char *home = jvm_home_of_program(program);
    return home == NULL ? NULL : jvm_add_home(host, stores, home);
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

static const char *want_listed(const struct tfhook_host *host, struct jvm_stores *stores,
                               struct tfhook_names homes)
{
    for (size_t i = 0; i < homes.count; i++) {
        struct jvm *jvm = jvm_add_home(host, stores, homes.names[i]);
        if (jvm == NULL)
            return memory_printf("%s: no Java home, it has no lib/security (nor jre/lib/security); "
                                 "set java-home to the directory above bin/java",
                                 homes.names[i]);
        jvm->wanted = true;
    }
    return NULL;
}

/* "auto": what TeamForge runs and is to start; when nothing runs, what `java` starts too. */
static const char *want_auto(const struct tfhook_host *host, struct jvm_stores *stores,
                             struct jvm *java)
{
    want_all(stores, true);
    for (size_t i = 0; i < stores->jvm_count; i++)
        if (stores->jvms[i].wanted && stores->jvms[i].pid != 0)
            return NULL;
    if (java == NULL)
        return memory_printf("no JVM found: no process of TeamForge runs and %s leads to none; set "
                             "java-home or keystore",
                             default_java);
    host->log(host, TFHOOK_INFO, "no process of TeamForge runs here: taking the default java, %s",
              java->home);
    java->wanted = true;
    return NULL;
}

static const char *survey_homes(const struct tfhook_host *host, struct tfhook_names homes,
                                const char *site_options, bool need_homes,
                                struct jvm_stores *stores)
{
    jvm_add_installed(host, stores);
    jvm_add_processes(host, stores);
    struct jvm *java = add_default(host, stores);
    if (java != NULL) {
        jvm_add_site(host, stores, site_options, java->home);
        java = add_default(host, stores); /* its place has moved */
    }
    if (!need_homes)
        return NULL;
    if (names_only(homes, "auto"))
        return want_auto(host, stores, java);
    if (!names_only(homes, "all"))
        return want_listed(host, stores, homes);
    want_all(stores, false);
    return stores->jvm_count > 0
               ? NULL
               : "no JVM found in /usr/lib/jvm, /usr/java, /opt/java* and the alternatives, and "
                 "none runs; set java-home or keystore";
}

/* A store once. */
static void add_store(struct jvm_stores *stores, const char *path, const char *real,
                      const char *why)
{
    for (size_t i = 0; i < stores->store_count; i++)
        if (strcmp(stores->stores[i].real, real) == 0)
            return;
    *memory_push(stores->stores, stores->store_count) = (struct jvm_store){
        .path = path, .real = real, .why = why, .generated = jvm_generated(real)};
}

static const char *stores_of_jvms(struct jvm_stores *stores)
{
    for (size_t i = 0; i < stores->jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms[i];
        if (!jvm->wanted)
            continue;
        if (jvm->real == NULL)
            return memory_printf(
                "%s/lib/security/cacerts: this JVM has no trust store; install its "
                "CA certificates, or set java-home or keystore",
                jvm->home);
        add_store(stores, jvm->path, jvm->real, jvm->why);
    }
    return NULL;
}

static const char *stores_listed(const struct tfhook_host *host, struct jvm_stores *stores,
                                 struct tfhook_names paths)
{
    for (size_t i = 0; i < paths.count; i++) {
        const char *real = NULL;
        int rc = host->real_path(host, paths.names[i], &real);
        if (rc != 0)
            return memory_printf("%s: %s; keystore names stores that exist, or is auto",
                                 paths.names[i], strerror(-rc));
        add_store(stores, paths.names[i], real, "named by keystore");
    }
    return NULL;
}

/* What the java.security of this home says; any form when it cannot be read. */
static enum jvm_forms forms_of_home(const struct tfhook_host *host, const char *home)
{
    static const char *const places[] = {"conf/security",
                                         "lib/security"}; /* the last up to JDK 8 */
    for (size_t i = 0; i < 2; i++) {
        const char *path = memory_printf("%s/%s/java.security", home, places[i]);
        struct tfhook_data data = {0};
        if (host->read(host, path, 0, &data) == 0)
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

const char *jvm_find(const struct tfhook_host *host, struct tfhook_names keystore,
                     struct tfhook_names java_home, const char *site_options,
                     struct jvm_stores *ret)
{
    struct jvm_stores stores = {0};
    bool from_jvms = names_only(keystore, "auto");
    const char *why = survey_homes(host, java_home, site_options, from_jvms, &stores);
    if (why == NULL)
        why = from_jvms ? stores_of_jvms(&stores) : stores_listed(host, &stores, keystore);
    if (why != NULL)
        return why;
    find_forms(host, &stores);
    *ret = stores;
    return NULL;
}

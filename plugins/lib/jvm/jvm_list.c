/* The list of JVMs: what is in it, and how one is added, whoever found it. */
#include "bytes.h"
#include "jvm_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *jvm_text(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    return length < 0 ? NULL : text;
}

static bool has_kind(const struct tfhook_host *host, const char *path, enum tfhook_kind kind)
{
    struct tfhook_stat st = {.struct_size = sizeof st};
    return host->stat(host, path, &st) == 0 && st.kind == kind;
}

bool jvm_is_file(const struct tfhook_host *host, const char *path)
{
    return has_kind(host, path, TFHOOK_FILE);
}

static void jvm_clear(struct jvm *jvm)
{
    free(jvm->home);
    free(jvm->runs);
    free(jvm->token);
    free(jvm->path);
    free(jvm->real);
    free(jvm->why);
}

void jvm_free(struct jvm_stores *stores)
{
    for (size_t i = 0; i < stores->jvm_count; i++)
        jvm_clear(&stores->jvms[i]);
    for (size_t i = 0; i < stores->store_count; i++)
        free(stores->stores[i].real);
    free(stores->jvms);
    free(stores->stores);
    *stores = (struct jvm_stores){0};
}

bool jvm_uses(const struct jvm *jvm, const struct jvm_store *store)
{
    return jvm->real != NULL && strcmp(jvm->real, store->real) == 0;
}

bool jvm_add(struct jvm_stores *stores, struct jvm *jvm)
{
    struct jvm *jvms = realloc(stores->jvms, (stores->jvm_count + 1) * sizeof *jvms);
    if (jvms == NULL) {
        jvm_clear(jvm);
        return false;
    }
    stores->jvms = jvms;
    jvms[stores->jvm_count++] = *jvm;
    return true;
}

char *jvm_home(const struct tfhook_host *host, const char *directory)
{
    const char *real = NULL;
    if (host->real_path(host, directory, &real) != 0)
        return NULL;
    static const char *const inner[] = {"/jre", ""}; /* jre/ up to JDK 8 */
    for (size_t i = 0; i < 2; i++) {
        char *security = jvm_text("%s%s/lib/security", real, inner[i]);
        bool found = security != NULL && has_kind(host, security, TFHOOK_DIRECTORY);
        free(security);
        if (found)
            return jvm_text("%s%s", real, inner[i]);
    }
    return NULL;
}

/* A candidate: its path is taken over. True when the JVM loads it. */
static bool take_store(const struct tfhook_host *host, struct jvm *jvm, char *path, const char *why)
{
    const char *real = NULL;
    if (path == NULL || !jvm_is_file(host, path) || host->real_path(host, path, &real) != 0) {
        free(path);
        return false;
    }
    jvm->path = path;
    jvm->real = strdup(real);
    jvm->why = strdup(why);
    return true;
}

bool jvm_fill_store(const struct tfhook_host *host, struct jvm *jvm, const char *option)
{
    bool found = false;
    if (option != NULL && strcmp(option, "NONE") == 0)
        return true;
    if (option != NULL && *option == '/')
        found = take_store(host, jvm, strdup(option), "its -Djavax.net.ssl.trustStore");
    if (!found)
        found = take_store(host, jvm, jvm_text("%s/lib/security/jssecacerts", jvm->home),
                           "lib/security/jssecacerts, which replaces cacerts");
    if (!found)
        found = take_store(host, jvm, jvm_text("%s/lib/security/cacerts", jvm->home),
                           "lib/security/cacerts");
    return !found || (jvm->real != NULL && jvm->why != NULL);
}

static struct jvm *find_installed(const struct jvm_stores *stores, const char *home)
{
    for (size_t i = 0; i < stores->jvm_count; i++)
        if (stores->jvms[i].pid == 0 && stores->jvms[i].token == NULL &&
            strcmp(stores->jvms[i].home, home) == 0)
            return &stores->jvms[i];
    return NULL;
}

bool jvm_add_home_once(const struct tfhook_host *host, struct jvm_stores *stores,
                       const char *directory, struct jvm **ret)
{
    *ret = NULL;
    char *home = jvm_home(host, directory);
    if (home == NULL)
        return true;
    *ret = find_installed(stores, home);
    if (*ret != NULL) {
        free(home);
        return true;
    }
    struct jvm jvm = {.home = home, .runs = strdup("")};
    bool done = jvm.runs != NULL && jvm_fill_store(host, &jvm, NULL);
    if (!done) {
        jvm_clear(&jvm);
        return false;
    }
    if (!jvm_add(stores, &jvm))
        return false;
    *ret = &stores->jvms[stores->jvm_count - 1];
    return true;
}

bool jvm_add_home(const struct tfhook_host *host, struct jvm_stores *stores, const char *directory)
{
    struct jvm *ignored = NULL;
    return jvm_add_home_once(host, stores, directory, &ignored);
}

/* The JVM that `java` starts: its links followed. */

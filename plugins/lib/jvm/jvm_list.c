/* The list of JVMs: what is in it, and how one is added, whoever found it. */
#include <string.h>

#include "jvm_internal.h"
#include "memory.h"

static bool has_kind(const struct tfhook_host *host, const char *path, enum tfhook_kind kind)
{
    struct tfhook_stat st = {.struct_size = sizeof st};
    return host->stat(host, path, &st) == 0 && st.kind == kind;
}

bool jvm_is_file(const struct tfhook_host *host, const char *path)
{
    return has_kind(host, path, TFHOOK_FILE);
}

const char *jvm_name(const struct jvm *jvm)
{
    if (jvm->token != NULL)
        return memory_printf("the JVM of %s", jvm->token);
    if (jvm->pid == 0)
        return memory_printf("java of %s", jvm->home);
    return memory_printf("process %ld (%s)", jvm->pid, jvm->runs);
}

const char *jvm_description(const struct jvm *jvm)
{
    if (jvm->token != NULL)
        return jvm_name(jvm);
    if (jvm->pid == 0)
        return jvm->home;
    return memory_printf("process %ld (%s%s, %s)", jvm->pid, jvm->runs,
                         jvm->teamforge ? " of TeamForge" : "", jvm->home);
}

bool jvm_uses(const struct jvm *jvm, const struct jvm_store *store)
{
    return jvm->real != NULL && strcmp(jvm->real, store->real) == 0;
}

const char *jvm_home(const struct tfhook_host *host, const char *directory)
{
    const char *real = NULL;
    if (host->real_path(host, directory, &real) != 0)
        return NULL;
    const char *jre = memory_printf("%s/jre", real); /* up to JDK 8 */
    const char *const homes[] = {jre, real};
    for (size_t i = 0; i < 2; i++)
        if (has_kind(host, memory_printf("%s/lib/security", homes[i]), TFHOOK_DIRECTORY))
            return homes[i];
    return NULL;
}

/* True when the JVM loads this candidate. */
static bool take_store(const struct tfhook_host *host, struct jvm *jvm, const char *path,
                       const char *why)
{
    const char *real = NULL;
    if (!jvm_is_file(host, path) || host->real_path(host, path, &real) != 0)
        return false;
    jvm->path = path;
    jvm->real = real;
    jvm->why = why;
    return true;
}

static void find_store(const struct tfhook_host *host, struct jvm *jvm, const char *option)
{
    if (option != NULL && strcmp(option, "NONE") == 0)
        return;
    if (option != NULL && *option == '/' &&
        take_store(host, jvm, option, "its -Djavax.net.ssl.trustStore"))
        return;
    if (!take_store(host, jvm, memory_printf("%s/lib/security/jssecacerts", jvm->home),
                    "lib/security/jssecacerts, which replaces cacerts"))
        (void)take_store(host, jvm, memory_printf("%s/lib/security/cacerts", jvm->home),
                         "lib/security/cacerts");
}

void jvm_add(const struct tfhook_host *host, struct jvm_stores *stores, struct jvm jvm,
             const char *option)
{
    find_store(host, &jvm, option);
    *memory_push(stores->jvms, stores->jvm_count) = jvm;
}

struct jvm *jvm_add_home(const struct tfhook_host *host, struct jvm_stores *stores,
                         const char *directory)
{
    const char *home = jvm_home(host, directory);
    if (home == NULL)
        return NULL;
    for (size_t i = 0; i < stores->jvm_count; i++) {
        struct jvm *jvm = &stores->jvms[i];
        if (jvm->pid == 0 && jvm->token == NULL && strcmp(jvm->home, home) == 0)
            return jvm;
    }
    jvm_add(host, stores, (struct jvm){.home = home, .runs = ""}, NULL);
    return &stores->jvms[stores->jvm_count - 1];
}

/* restart: is a JVM still running that started before its trust store was changed? */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jvm_trust_stores.h"
#include "process_start.h"
#include "verify.h"

/* Reads a file of /proc, which has no size; returns what fits, NUL-terminated. */
static bool read_proc(const char *path, char *text, size_t room)
{
    size_t used = 0;
    ssize_t got = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    while (used + 1 < room && (got = read(file, text + used, room - 1 - used)) > 0)
        used += (size_t)got;
    (void)close(file);
    text[used] = '\0';
    return used > 0;
}

/* When the process started, in seconds since the epoch; 0 when that cannot be found out. */
static int64_t process_started(long pid)
{
    static char text[256 * 1024];
    char path[64];
    int64_t boot = 0;
    unsigned long long ticks = 0;
    if (!read_proc("/proc/stat", text, sizeof text) || !verify_proc_boot(text, &boot))
        return 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    long hertz = sysconf(_SC_CLK_TCK);
    if (hertz <= 0 || !read_proc(path, text, sizeof text) || !verify_proc_start(text, &ticks))
        return 0;
    return boot + (int64_t)(ticks / (unsigned long long)hertz);
}

static size_t check_store(struct verify *v, const struct verify_stores *stores,
                          const struct verify_store *store)
{
    size_t looked_at = 0;
    struct tfhook_names keystore = v->host->items(v->host, "keystore");
    bool named = keystore.count > 0 && strcmp(keystore.names[0], "auto") != 0;
    for (size_t i = 0; i < stores->jvms.jvm_count; i++) {
        const struct jvm *jvm = &stores->jvms.jvms[i];
        char subject[64];
        bool meant = named || jvm->teamforge || jvm->wanted;
        if (jvm->pid == 0 || !meant || !jvm_uses(jvm, store->place))
            continue;
        int64_t start = process_started(jvm->pid);
        (void)snprintf(subject, sizeof subject, "process %ld", jvm->pid);
        looked_at++;
        /* Both are whole seconds, and the boot time is rounded: one second is no proof. */
        if (start == 0)
            verify_report(v, "restart.jvm", subject, TFHOOK_SKIP, NULL,
                          "%s: when it started is not known", jvm->runs);
        else if (start + 1 < store->changed)
            verify_report(
                v, "restart.jvm", subject, TFHOOK_WARN,
                jvm->teamforge ? "restart it: teamforge restart -s jboss" : "restart that process",
                "%s started before %s was changed: it may still trust what the store held "
                "then",
                jvm->runs, store->place->path);
        else
            verify_report(v, "restart.jvm", subject, TFHOOK_PASS, NULL,
                          "%s started after %s was changed", jvm->runs, store->place->path);
    }
    return looked_at;
}

void verify_check_restart(struct verify *v)
{
    const struct verify_stores *stores = verify_stores_get(v);
    size_t looked_at = 0;
    for (size_t i = 0; i < stores->count; i++)
        if (stores->items[i].store != NULL)
            looked_at += check_store(v, stores, &stores->items[i]);
    if (looked_at == 0)
        verify_report(v, "restart.jvm", "java", TFHOOK_SKIP, NULL,
                      "no JVM of TeamForge that loads the store is running");
}

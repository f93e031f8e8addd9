/* restart: is a JVM still running that started before its trust store was changed? */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "jvm_trust_stores.h"
#include "process_text.h"
#include "verify.h"

/* When the process started, in seconds since the epoch; 0 when that cannot be found out. The kernel
 * counts from the boot. */
static int64_t process_started(const struct tfhook_host *host, long pid)
{
    struct tfhook_data stat;
    struct timespec now = {0}, since_boot = {0};
    unsigned long long ticks = 0;
    if (host->process(host, pid, "stat", 0, &stat) != 0 ||
        !process_start_ticks((const char *)stat.data, &ticks))
        return 0;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)clock_gettime(CLOCK_BOOTTIME, &since_boot);
    int64_t boot_ms = (int64_t)(now.tv_sec - since_boot.tv_sec) * 1000 +
                      (now.tv_nsec - since_boot.tv_nsec) / 1000000;
    return boot_ms / 1000 + (int64_t)(ticks / (unsigned long long)sysconf(_SC_CLK_TCK));
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
        int64_t start = process_started(v->host, jvm->pid);
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

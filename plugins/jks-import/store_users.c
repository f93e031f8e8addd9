#include "store_users.h"

#include "jvm_store_loads.h"
#include "plan_text.h"

void import_show_users(const struct import_run *run, const struct jvm_store *of,
                       const struct truststore *store, bool changed)
{
    const struct tfhook_host *host = run->host;
    for (size_t i = 0; i < run->stores->jvm_count; i++) {
        const struct jvm *jvm = &run->stores->jvms[i];
        if (!jvm_uses(jvm, of))
            continue;
        struct bytes text = {0};
        const char *why = jvm_cannot_load(jvm, store);
        plan_text_jvm(&text, jvm);
        if (!text.failed && why != NULL)
            host->log(host, TFHOOK_WARNING, "%s: %s: %s", of->real, (char *)text.data, why);
        if (!text.failed && changed)
            host->summary(host, of->real, "  read by %s, as %s", (char *)text.data, jvm->why);
        else if (!text.failed)
            host->log(host, TFHOOK_INFO, "%s: read by %s, as %s", of->real, (char *)text.data,
                      jvm->why);
        bytes_free(&text);
    }
}

/* A JVM reads its store once: what runs has to start again. */
void import_advise_users(const struct import_run *run, const struct jvm_store *store)
{
    const struct tfhook_host *host = run->host;
    bool teamforge = false;
    for (size_t i = 0; i < run->stores->jvm_count; i++) {
        const struct jvm *jvm = &run->stores->jvms[i];
        if (jvm->pid == 0 || !jvm_uses(jvm, store))
            continue;
        teamforge = teamforge || jvm->teamforge;
        if (!jvm->teamforge)
            host->next_step(host, "restart process %ld (%s) on %s, which has read %s", jvm->pid,
                            jvm->runs, host->hostname, store->real);
    }
    if (teamforge)
        host->next_step(host, "restart JBoss on %s, which has read %s: teamforge restart -s jboss",
                        host->hostname, store->real);
    else
        host->next_step(host,
                        "restart what reads %s on %s and was started before, e.g. JBoss: "
                        "teamforge restart -s jboss",
                        store->real, host->hostname);
}

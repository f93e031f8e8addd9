#include "store_users.h"

#include "jvm_store_loads.h"

void import_show_users(const struct import_run *run, const struct jvm_store *of,
                       const struct truststore *store, bool changed)
{
    const struct tfhook_host *host = run->host;
    for (size_t i = 0; i < run->stores.jvm_count; i++) {
        const struct jvm *jvm = &run->stores.jvms[i];
        if (!jvm_uses(jvm, of))
            continue;
        const char *why = jvm_cannot_load(jvm, store);
        const char *user = jvm_description(jvm);
        if (why != NULL)
            host->log(host, TFHOOK_WARNING, "%s: %s: %s", of->real, user, why);
        if (changed)
            host->summary(host, of->real, "  read by %s, as %s", user, jvm->why);
        else
            host->log(host, TFHOOK_INFO, "%s: read by %s, as %s", of->real, user, jvm->why);
    }
}

/* A JVM reads its store once: what runs has to start again. */
void import_advise_users(const struct import_run *run, const struct jvm_store *store)
{
    const struct tfhook_host *host = run->host;
    bool teamforge = false;
    for (size_t i = 0; i < run->stores.jvm_count; i++) {
        const struct jvm *jvm = &run->stores.jvms[i];
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

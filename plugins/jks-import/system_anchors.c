#include "system_anchors.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "cert.h"
#include "memory.h"

static const char *path_of(const char *alias)
{
    return memory_printf("/etc/pki/ca-trust/source/anchors/tfhook-%s.pem", alias);
}

static int stage_anchor(const struct tfhook_host *host, const struct import_cert *cert,
                        const char *path)
{
    struct bytes pem = {0};
    struct tfhook_data there;
    cert_pem(cert->der, cert->size, &pem);
    int rc = host->read(host, path, 0, &there);
    bool same = rc == 0 && there.size == pem.size && memcmp(there.data, pem.data, pem.size) == 0;
    if (!same && (rc == 0 || rc == -ENOENT)) {
        rc = host->write(host, path, pem.data, pem.size, -1, 0);
        host->summary(host, path, "+ %s, so that update-ca-trust keeps it in Java's store",
                      cert->alias);
    }
    bytes_free(&pem);
    return rc == 0 ? TFHOOK_OK
                   : host->fail(host, "%s: the anchor cannot be staged: %s", path, strerror(-rc));
}

/* An alias with a slash has no anchor: it could lead out of the directory. */
static bool is_anchor(const struct import_cert *cert)
{
    struct cert_facts facts;
    if (strchr(cert->alias, '/') != NULL || cert_facts_of(cert->der, cert->size, &facts) != 0)
        return false;
    bool ca = facts.is_ca;
    cert_facts_free(&facts);
    return ca;
}

static int remove_anchor(const struct tfhook_host *host, const char *alias)
{
    struct tfhook_data there;
    const char *path = path_of(alias);
    if (strchr(alias, '/') != NULL || host->read(host, path, 0, &there) != 0)
        return TFHOOK_OK;
    int rc = host->remove(host, path);
    host->summary(host, path, "- %s", alias);
    host->next_step(host, "run update-ca-trust on %s: %s is an anchor no more", host->hostname,
                    alias);
    return rc == 0 ? TFHOOK_OK
                   : host->fail(host, "%s: the anchor cannot be removed: %s", path, strerror(-rc));
}

int import_system_anchors(const struct tfhook_host *host, const char *store,
                          const struct import_certs *certs, const enum import_action *actions,
                          struct tfhook_names absent)
{
    const char *dropped = NULL;
    int result = TFHOOK_OK;
    for (size_t i = 0; i < absent.count && result == TFHOOK_OK; i++)
        result = remove_anchor(host, absent.names[i]);
    for (size_t i = 0; i < certs->count && result == TFHOOK_OK; i++) {
        const struct import_cert *cert = &certs->certs[i];
        if (actions[i] == IMPORT_KEEP)
            continue;
        if (is_anchor(cert))
            result = stage_anchor(host, cert, path_of(cert->alias));
        else
            dropped = memory_join(dropped, ", ", cert->alias);
    }
    if (dropped != NULL)
        host->log(host, TFHOOK_WARNING,
                  "%s: update-ca-trust writes it anew, with CA certificates alone, and then it has "
                  "not got %s any more: run this step again after it, or have a store of its own "
                  "for TeamForge (-Djavax.net.ssl.trustStore, jssecacerts)",
                  store, dropped);
    return result;
}

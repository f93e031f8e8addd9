/*
 * The certificates that are to be in the stores, each with its alias: from `certificate`, else from
 * the directory `certificates`. And the stores' password. Through the host.
 *
 * Errors: what the host's fail() returned; the caller returns it. No certificate at all is a
 * failure, unless aliases are to be removed (aliases-absent).
 */
#ifndef TFHOOK_JKS_IMPORT_INPUT_CERTS_H
#define TFHOOK_JKS_IMPORT_INPUT_CERTS_H

#include <stddef.h>
#include <tfhook/plugin.h>

struct import_cert {
    const char *alias;
    const char *path;
    const unsigned char *der;
    size_t size;
    unsigned char sha256[32];
};

struct import_certs {
    struct import_cert *certs; /* by alias, each alias once */
    size_t count;
};

int import_read_certs(const struct tfhook_host *host, struct import_certs *ret)
    __attribute__((warn_unused_result));
/* The password of the stores. */
int import_password(const struct tfhook_host *host, const char **ret)
    __attribute__((warn_unused_result));

#endif

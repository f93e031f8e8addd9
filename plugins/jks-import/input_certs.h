/*
 * The certificates that are to be in the stores, each with its alias: from `certificate`, else from
 * the directory `certificates`. And the stores' password. Through the host.
 *
 * Order: import_read_certs(), import_certs_free(). Errors: what the host's fail() returned; the
 * caller returns it. None at all is a failure, unless aliases are to be removed (aliases-absent).
 */
#ifndef TFHOOK_JKS_IMPORT_INPUT_CERTS_H
#define TFHOOK_JKS_IMPORT_INPUT_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <tfhook/plugin.h>

struct import_cert {
    char *alias;
    char *path;
    unsigned char *der;
    size_t size;
    unsigned char sha256[32];
};

struct import_certs {
    struct import_cert *certs; /* by alias, each alias once */
    size_t count, room;
    bool with_der; /* else each has its digest, and der is NULL */
};

/* `with_der`: digests alone would not do. */
int import_read_certs(const struct tfhook_host *host, bool with_der, struct import_certs *ret)
    __attribute__((warn_unused_result));
void import_certs_free(struct import_certs *certs);

/* The password of the stores; free with import_password_free(). */
int import_password(const struct tfhook_host *host, char **ret) __attribute__((warn_unused_result));
void import_password_free(char *password);

#endif

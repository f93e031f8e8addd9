#include "input_certs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "cert.h"
#include "cert_file_spec.h"
#include "chain_choice.h"
#include "host_errors.h"
#include "kept_copy.h"
#include "memory.h"
#include "store_password.h"

enum { MOST_FILE = 4 << 20 };

static int read_cert(const struct tfhook_host *host, const char *path, struct cert_list *ret)
{
    struct tfhook_data data;
    int rc = host->read(host, path, MOST_FILE, &data);
    if (rc != 0)
        return host->fail(host, "%s: cannot be read: %s%s", path, strerror(-rc),
                          host_error_advice(rc));
    switch (cert_read(data.data, data.size, ret)) {
    case CERT_OK:
        return TFHOOK_OK;
    case CERT_PRIVATE_KEY:
        return host->fail(host,
                          "%s: holds a private key; a certificate alone is wanted here, and keys "
                          "stay where they are",
                          path);
    case CERT_NONE:
        return host->fail(host, "%s: holds no certificate; PEM or DER is wanted", path);
    case CERT_BROKEN:
        return host->fail(host, "%s: a certificate in it is cut off or garbled; collect it again",
                          path);
    case CERT_MEMORY:
        break;
    }
    memory_exhausted();
}

static int pick_certs(const struct tfhook_host *host, const char *path, const char *alias,
                      const struct cert_list *list, struct import_picks *ret)
{
    enum import_chain chain = import_chain_of(host->value(host, "chain"));
    switch (import_pick(list, chain, alias, ret)) {
    case IMPORT_PICK_OK:
        if (ret->count == 1 && list->count > 1)
            host->log(host, TFHOOK_INFO,
                      "%s: holds %zu certificates; number %zu is taken (chain = %s)", path,
                      list->count, ret->items[0].index + 1, host->value(host, "chain"));
        return TFHOOK_OK;
    case IMPORT_PICK_NO_LEAF:
        return host->fail(
            host,
            "%s: holds %zu CA certificates and no server certificate; set chain to ca, "
            "or give each a file of its own",
            path, list->count);
    case IMPORT_PICK_NO_CA:
        return host->fail(host,
                          "%s: holds no CA certificate, and chain = ca imports no other; set chain "
                          "to leaf or all",
                          path);
    case IMPORT_PICK_FACTS:
        break;
    }
    return host->fail(host, "out of memory");
}

/* Takes the bytes of the certificate over, where it is wanted. */
static int add_certificate(const struct tfhook_host *host, const char *path, const char *alias,
                           struct cert *from, struct import_certs *certs)
{
    const char *fault = import_alias_fault(alias);
    if (fault != NULL)
        return host->fail(host,
                          "%s: '%s' cannot be an alias: %s; rename the file, or use certificate = "
                          "FILE as ALIAS",
                          path, alias, fault);
    struct import_cert *cert = memory_push(certs->certs, certs->count);
    *cert =
        (struct import_cert){.alias = alias, .path = path, .der = from->der, .size = from->size};
    memcpy(cert->sha256, from->sha256, sizeof cert->sha256);
    from->der = NULL;
    return TFHOOK_OK;
}

static int add_file(const struct tfhook_host *host, const char *path, const char *alias,
                    struct import_certs *certs)
{
    struct cert_list list = {0};
    struct import_picks picks = {0};
    int result = read_cert(host, path, &list);
    if (result == TFHOOK_OK)
        result = pick_certs(host, path, alias, &list, &picks);
    for (size_t i = 0; result == TFHOOK_OK && i < picks.count; i++)
        result = add_certificate(host, path, picks.items[i].alias,
                                 &list.certs[picks.items[i].index], certs);
    cert_list_free(&list);
    return result;
}

static int gather_listed(const struct tfhook_host *host, struct tfhook_names items,
                         struct import_certs *certs)
{
    int result = TFHOOK_OK;
    for (size_t i = 0; i < items.count && result == TFHOOK_OK; i++) {
        struct cert_file_spec spec = cert_file_spec_parse(items.names[i]);
        result = add_file(host, spec.path, spec.alias, certs);
    }
    return result;
}

static int gather_directory(const struct tfhook_host *host, const char *directory,
                            struct import_certs *certs)
{
    struct tfhook_names names;
    int rc = host->list(host, directory, &names);
    if (host_error_is_denied(rc))
        return host->fail(host, "%s: cannot be listed: %s%s", directory, strerror(-rc),
                          host_error_advice(rc));
    if (rc != 0)
        return host->fail(host,
                          "%s: no certificate to import: %s; collect certificates first "
                          "(cert-collect), or name files with certificate",
                          directory, strerror(-rc));
    int result = TFHOOK_OK;
    for (size_t i = 0; i < names.count && result == TFHOOK_OK; i++) {
        const char *alias = kept_copy_alias(names.names[i]);
        if (alias != NULL)
            result = add_file(host, kept_copy_path(directory, alias),
                              alias_fold(alias, strlen(alias)), certs);
        else
            host->log(host, TFHOOK_INFO, "%s/%s: left out, it is no ALIAS.crt", directory,
                      names.names[i]);
    }
    if (result == TFHOOK_OK && certs->count == 0)
        return host->fail(host,
                          "%s: no certificate to import: it holds no file ALIAS.crt; collect "
                          "certificates first (cert-collect), or name files with certificate",
                          directory);
    return result;
}

/* Without any, a step that only removes has its work all the same. */
static bool has_copies(const struct tfhook_host *host, const char *directory)
{
    struct tfhook_names names = {0};
    int rc = host->list(host, directory, &names);
    bool any = rc != 0 && rc != -ENOENT; /* to be told as what it is */
    for (size_t i = 0; rc == 0 && i < names.count; i++)
        any |= kept_copy_alias(names.names[i]) != NULL;
    return any;
}

static int compare_certs(const void *a, const void *b)
{
    const struct import_cert *left = a, *right = b;
    int order = strcmp(left->alias, right->alias);
    return order != 0 ? order : strcmp(left->path, right->path);
}

/* Sorted, each alias once: the same certificate twice is one, two different ones are a conflict. */
static int unify_aliases(const struct tfhook_host *host, struct import_certs *certs)
{
    if (certs->count == 0)
        return TFHOOK_OK;
    qsort(certs->certs, certs->count, sizeof *certs->certs, compare_certs);
    size_t kept = 1;
    for (size_t i = 1; i < certs->count; i++) {
        struct import_cert *last = &certs->certs[kept - 1], *next = &certs->certs[i];
        if (strcmp(last->alias, next->alias) != 0)
            certs->certs[kept++] = *next;
        else if (memcmp(last->sha256, next->sha256, sizeof last->sha256) != 0)
            return host->fail(host,
                              "%s and %s hold different certificates for one alias, '%s'; "
                              "rename one, or use certificate = FILE as ALIAS",
                              last->path, next->path, next->alias);
    }
    certs->count = kept;
    return TFHOOK_OK;
}

int import_read_certs(const struct tfhook_host *host, struct import_certs *ret)
{
    struct tfhook_names items = host->items(host, "certificate");
    const char *directory = host->value(host, "certificates");
    int result = TFHOOK_OK;
    if (items.count > 0)
        result = gather_listed(host, items, ret);
    else if (host->items(host, "aliases-absent").count == 0 || has_copies(host, directory))
        result = gather_directory(host, directory, ret);
    return result == TFHOOK_OK ? unify_aliases(host, ret) : result;
}

int import_password(const struct tfhook_host *host, const char **ret)
{
    const char *path = host->value(host, "password-file");
    int rc = store_password(host, ret);
    if (rc != 0)
        return host->fail(host, "%s: the password file cannot be read: %s%s", path, strerror(-rc),
                          host_error_advice(rc));
    if (**ret == '\0')
        return host->fail(host, "%s: its first line, the store password, is empty", path);
    return TFHOOK_OK;
}

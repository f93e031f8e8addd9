#include "input_certs.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "cert_file_spec.h"
#include "chain_choice.h"
#include "host_errors.h"

enum { MOST_FILE = 4 << 20, MOST_PASSWORD_FILE = 4096 };

static int fail_memory(const struct tfhook_host *host)
{
    return host->fail(host, "out of memory");
}

static void cert_clear(struct import_cert *cert)
{
    free(cert->alias);
    free(cert->path);
    free(cert->der);
}

void import_certs_free(struct import_certs *certs)
{
    for (size_t i = 0; i < certs->count; i++)
        cert_clear(&certs->certs[i]);
    free(certs->certs);
    *certs = (struct import_certs){0};
}

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
    return fail_memory(host);
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
    case IMPORT_PICK_MEMORY:
        break;
    }
    return fail_memory(host);
}

static bool make_room(struct import_certs *certs)
{
    if (certs->count < certs->room)
        return true;
    size_t room = certs->room == 0 ? 16 : certs->room * 2;
    struct import_cert *grown = realloc(certs->certs, room * sizeof *grown);
    if (grown == NULL)
        return false;
    certs->certs = grown;
    certs->room = room;
    return true;
}

/* Takes the certificate over, where it is wanted. */
static int add_certificate(const struct tfhook_host *host, const char *path, const char *alias,
                           struct cert *from, struct import_certs *certs)
{
    const char *fault = import_alias_fault(alias);
    if (fault != NULL)
        return host->fail(host,
                          "%s: '%s' cannot be an alias: %s; rename the file, or use certificate = "
                          "FILE as ALIAS",
                          path, alias, fault);
    bool roomy = make_room(certs);
    struct import_cert cert = {.alias = strdup(alias), .path = strdup(path)};
    if (!roomy || cert.alias == NULL || cert.path == NULL) {
        cert_clear(&cert);
        return fail_memory(host);
    }
    if (certs->with_der) {
        cert.der = from->der;
        from->der = NULL;
        cert.size = from->size;
    }
    memcpy(cert.sha256, from->sha256, sizeof cert.sha256);
    certs->certs[certs->count++] = cert;
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
    import_picks_free(&picks);
    cert_list_free(&list);
    return result;
}

static int gather_listed(const struct tfhook_host *host, struct tfhook_names items,
                         struct import_certs *certs)
{
    int result = TFHOOK_OK;
    for (size_t i = 0; i < items.count && result == TFHOOK_OK; i++) {
        struct cert_file_spec spec;
        if (!cert_file_spec_parse(items.names[i], &spec))
            return fail_memory(host);
        result = add_file(host, spec.path, spec.alias, certs);
        cert_file_spec_free(&spec);
    }
    return result;
}

/* A name that cert-collect would give: ALIAS.crt. */
static bool is_copy(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && name[0] != '.' && strcmp(name + length - 4, ".crt") == 0;
}

static int gather_copy(const struct tfhook_host *host, const char *directory, const char *name,
                       struct import_certs *certs)
{
    char *path = NULL;
    char *alias = import_alias_of_file(name);
    int result = TFHOOK_FAILED;
    if (alias != NULL && asprintf(&path, "%s/%s", directory, name) >= 0)
        result = add_file(host, path, alias, certs);
    else
        result = fail_memory(host);
    free(alias);
    free(path);
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
        if (is_copy(names.names[i]))
            result = gather_copy(host, directory, names.names[i], certs);
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
        any |= is_copy(names.names[i]);
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
        if (strcmp(last->alias, next->alias) != 0) {
            certs->certs[kept++] = *next;
            continue;
        }
        if (memcmp(last->sha256, next->sha256, sizeof last->sha256) != 0) {
            int result = host->fail(host,
                                    "%s and %s hold different certificates for one alias, '%s'; "
                                    "rename one, or use certificate = FILE as ALIAS",
                                    last->path, next->path, next->alias);
            while (i < certs->count) /* so that the list holds each once, to be freed */
                certs->certs[kept++] = certs->certs[i++];
            certs->count = kept;
            return result;
        }
        cert_clear(next);
    }
    certs->count = kept;
    return TFHOOK_OK;
}

int import_read_certs(const struct tfhook_host *host, bool with_der, struct import_certs *ret)
{
    struct import_certs certs = {.with_der = with_der};
    struct tfhook_names items = host->items(host, "certificate");
    const char *directory = host->value(host, "certificates");
    int result = TFHOOK_OK;
    if (items.count > 0)
        result = gather_listed(host, items, &certs);
    else if (host->items(host, "aliases-absent").count == 0 || has_copies(host, directory))
        result = gather_directory(host, directory, &certs);
    if (result == TFHOOK_OK)
        result = unify_aliases(host, &certs);
    if (result != TFHOOK_OK) {
        import_certs_free(&certs);
        return result;
    }
    *ret = certs;
    return TFHOOK_OK;
}

int import_password(const struct tfhook_host *host, char **ret)
{
    const char *path = host->value(host, "password-file");
    char *password = NULL;
    if (path == NULL) {
        password = strdup("changeit");
    } else {
        struct tfhook_data data;
        int rc = host->read(host, path, MOST_PASSWORD_FILE, &data);
        if (rc != 0)
            return host->fail(host, "%s: the password file cannot be read: %s%s", path,
                              strerror(-rc), host_error_advice(rc));
        const char *text = (const char *)data.data;
        size_t length = strcspn(text, "\r\n");
        if (length == 0)
            return host->fail(host, "%s: its first line, the store password, is empty", path);
        password = strndup(text, length);
    }
    if (password == NULL)
        return fail_memory(host);
    *ret = password;
    return TFHOOK_OK;
}

void import_password_free(char *password)
{
    if (password != NULL)
        OPENSSL_cleanse(password, strlen(password));
    free(password);
}

/*
 * The copies that cert-collect keeps: ALIAS.crt in the directory of the key `certificates`.
 *
 * List the directory, take the names that kept_copy_alias() knows, kept_copy_read() each.
 */
#ifndef TFHOOK_LIB_KEPT_COPY_H
#define TFHOOK_LIB_KEPT_COPY_H

#include <tfhook/plugin.h>

#include "cert.h"

/* ALIAS, when a file of this name is a copy; else NULL. */
const char *kept_copy_alias(const char *name);
/* DIRECTORY/ALIAS.crt */
const char *kept_copy_path(const char *directory, const char *alias);
/* 0: *ret is the caller's. A negated errno when the file cannot be read, 1 when it holds no
 * certificate; *ret_why says it in words. Through the host. */
int kept_copy_read(const struct tfhook_host *host, const char *path, struct cert_list *ret,
                   const char **ret_why) __attribute__((warn_unused_result));

#endif

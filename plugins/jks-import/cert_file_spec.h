/*
 * What `certificate` and file names say: which file, under which alias. Pure.
 *
 * cert_file_spec_parse() for an item of `certificate`, import_alias_of_file() for a file that names
 * itself; then import_alias_fault() on the alias. Texts belong to the caller, NULL: memory is out.
 */
#ifndef TFHOOK_JKS_IMPORT_CERT_FILE_SPEC_H
#define TFHOOK_JKS_IMPORT_CERT_FILE_SPEC_H

#include <stdbool.h>

struct cert_file_spec {
    char *path;
    char *alias; /* in lower case */
};

/* "FILE" or "FILE as ALIAS". False when memory is out. */
bool cert_file_spec_parse(const char *text, struct cert_file_spec *ret)
    __attribute__((warn_unused_result));
void cert_file_spec_free(struct cert_file_spec *spec);
/* The base name without .crt, .pem, .cer, .der, .p7b or .p7c, ASCII in lower case, as keytool folds
 * it. */
char *import_alias_of_file(const char *path);
/* Why the alias will not do; NULL when it will. */
const char *import_alias_fault(const char *alias);

#endif

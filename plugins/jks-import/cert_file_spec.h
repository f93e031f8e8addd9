/*
 * What an item of `certificate` says: which file, under which alias. Pure.
 *
 * cert_file_spec_parse(), then import_alias_fault() on the alias.
 */
#ifndef TFHOOK_JKS_IMPORT_CERT_FILE_SPEC_H
#define TFHOOK_JKS_IMPORT_CERT_FILE_SPEC_H

struct cert_file_spec {
    const char *path;
    const char *alias; /* in lower case */
};

/* "FILE" or "FILE as ALIAS". */
struct cert_file_spec cert_file_spec_parse(const char *text);
/* Why the alias will not do; NULL when it will. */
const char *import_alias_fault(const char *alias);

#endif

/*
 * By which name a certificate goes that is given as a file. Pure.
 */
#ifndef TFHOOK_LIB_ALIAS_H
#define TFHOOK_LIB_ALIAS_H

#include <stddef.h>

/* In lower case as keytool folds it, ASCII only; up to a NUL, and at most `size` characters. */
char *alias_fold(const char *text, size_t size);
/* The base name without .crt, .pem, .cer, .der, .p7b or .p7c, folded. */
char *alias_of_file(const char *path);

#endif

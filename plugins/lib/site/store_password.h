/*
 * The password of the trust stores: the first line of the key `password-file`, else the one that
 * Java ships. Through the host.
 */
#ifndef TFHOOK_LIB_STORE_PASSWORD_H
#define TFHOOK_LIB_STORE_PASSWORD_H

#include <tfhook/plugin.h>

/* 0, or a negated errno: the file cannot be read. The line may be empty. */
int store_password(const struct tfhook_host *host, const char **ret)
    __attribute__((warn_unused_result));

#endif

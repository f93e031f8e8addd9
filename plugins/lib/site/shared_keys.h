/*
 * Keys that several plugins have: name, type and default. The help is each plugin's own:
 *
 *     {KEY_CERTIFICATES, .help = "..."},
 */
#ifndef TFHOOK_LIB_SHARED_KEYS_H
#define TFHOOK_LIB_SHARED_KEYS_H

#include <tfhook/plugin.h>

#define KEY_CERTIFICATES                                                                           \
    .name = "certificates", .type = TFHOOK_PATH, .fallback = "/var/lib/tfhook/certs"
#define KEY_SITE_OPTIONS                                                                           \
    .name = "site-options", .type = TFHOOK_PATH,                                                   \
    .fallback = "/opt/collabnet/teamforge/etc/site-options.conf"
#define KEY_KEYSTORE .name = "keystore", .type = TFHOOK_LIST, .fallback = "auto"
#define KEY_JAVA_HOME .name = "java-home", .type = TFHOOK_LIST, .fallback = "auto"
#define KEY_PASSWORD_FILE .name = "password-file", .type = TFHOOK_PATH

#endif

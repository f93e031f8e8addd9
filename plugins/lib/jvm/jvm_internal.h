/*
 * What the files of this room share, and nobody else knows: the list of JVMs (jvm_list.c), and who
 * adds to it.
 */
#ifndef TFHOOK_LIB_JVM_INTERNAL_H
#define TFHOOK_LIB_JVM_INTERNAL_H

#include "jvm.h"

bool jvm_is_file(const struct tfhook_host *host, const char *path);
/* java.home of this directory: itself or its jre/, behind all links; NULL when there is no JVM. */
const char *jvm_home(const struct tfhook_host *host, const char *directory);
/* Adds a JVM that has its home, with the store that it loads: path, real and why, which stay NULL
 * when it has none. `option` is javax.net.ssl.trustStore or NULL. */
void jvm_add(const struct tfhook_host *host, struct jvm_stores *stores, struct jvm jvm,
             const char *option);
/* The JVM that is installed in this directory, which is added once; NULL when the directory holds
 * none. Its place moves with the next one that is added. */
struct jvm *jvm_add_home(const struct tfhook_host *host, struct jvm_stores *stores,
                         const char *directory);
/* Those in the usual places. */
void jvm_add_installed(const struct tfhook_host *host, struct jvm_stores *stores);
/* Those that run. */
void jvm_add_processes(const struct tfhook_host *host, struct jvm_stores *stores);
/* Does the word of this process count? Any user can start a program that is called java and says of
 * itself that it is TeamForge's, with a trust store of that user's choice, which root would write.
 * So only these count: root, the user who runs tfhook, and users who own something of TeamForge. */
#define JVM_TEAMFORGE "/opt/collabnet/teamforge"
bool jvm_user_is_believed(const struct tfhook_host *host, long pid, unsigned *ret_user);
/* Those that TeamForge is to start: `path` is its site-options.conf, which need not be there,
 * `home` the JVM that it starts. */
void jvm_add_site(const struct tfhook_host *host, struct jvm_stores *stores, const char *path,
                  const char *home);

#endif

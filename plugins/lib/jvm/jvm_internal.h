/*
 * What the files of this room share, and nobody else knows: the list of JVMs (jvm_list.c), and who
 * adds to it. False: memory is out.
 */
#ifndef TFHOOK_LIB_JVM_INTERNAL_H
#define TFHOOK_LIB_JVM_INTERNAL_H

#include "jvm.h"

/* A text of its own, NULL when memory is out. */
char *jvm_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool jvm_is_file(const struct tfhook_host *host, const char *path);
/* java.home of this directory: itself or its jre/, behind all links; NULL when there is no JVM. */
char *jvm_home(const struct tfhook_host *host, const char *directory);
/* Fills path, real and why of a JVM that has its home. `option` is javax.net.ssl.trustStore
 * or NULL. Leaves them NULL when it has no store. False when memory is out. */
bool jvm_fill_store(const struct tfhook_host *host, struct jvm *jvm, const char *option)
    __attribute__((warn_unused_result));
/* Takes over what `jvm` owns, also on failure. */
bool jvm_add(struct jvm_stores *stores, struct jvm *jvm) __attribute__((warn_unused_result));
/* The JVM that is installed in this directory, once. *ret is its place in the list; NULL: the
 * directory holds none. */
bool jvm_add_home_once(const struct tfhook_host *host, struct jvm_stores *stores,
                       const char *directory, struct jvm **ret) __attribute__((warn_unused_result));
/* The same where nobody asks which it is. */
bool jvm_add_home(const struct tfhook_host *host, struct jvm_stores *stores, const char *directory)
    __attribute__((warn_unused_result));
/* Those in the usual places. */
bool jvm_add_installed(const struct tfhook_host *host, struct jvm_stores *stores)
    __attribute__((warn_unused_result));
/* Those that run. */
bool jvm_add_processes(const struct tfhook_host *host, struct jvm_stores *stores)
    __attribute__((warn_unused_result));
/* Does the word of this process count? Any user can start a program that is called java and says of
 * itself that it is TeamForge's, with a trust store of that user's choice, which root would write.
 * So it counts of root, of who runs this, and of users to whom something of TeamForge belongs. */
#define JVM_TEAMFORGE "/opt/collabnet/teamforge"
bool jvm_user_is_believed(const struct tfhook_host *host, long pid, unsigned *ret_user);
/* Those that TeamForge is to start: `path` is its site-options.conf, which need not be there,
 * `home` the JVM that it starts. */
bool jvm_add_site(const struct tfhook_host *host, struct jvm_stores *stores, const char *path,
                  const char *home) __attribute__((warn_unused_result));

#endif

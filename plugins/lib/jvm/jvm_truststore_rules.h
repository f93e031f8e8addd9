/*
 * Which trust store a JVM loads: the rules, without looking at any file. Pure.
 *
 * The order, from JSSE's TrustStoreManager: javax.net.ssl.trustStore when it names a file that is
 * there, else jssecacerts, else cacerts, both in lib/security below java.home. "NONE" stands for no
 * store at all.
 *
 * Texts that are returned are memory of the call, or lead into what was given; NULL means none.
 */
#ifndef TFHOOK_LIB_JVM_TRUSTSTORE_RULES_H
#define TFHOOK_LIB_JVM_TRUSTSTORE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* What the options of a JVM say of its store. Begin with zeros and give it the options in the order
 * in which Java takes them: the last one counts. */
struct jvm_said {
    const char *store; /* -Djavax.net.ssl.trustStore; NULL: none */
    bool password; /* -Djavax.net.ssl.trustStorePassword is set. Without it, or with an empty one,
                      the JVM opens its store with a null password. The value is not looked at, and
                      what was copied of it is wiped. */
};

/* A command line as /proc/PID/cmdline has it, arguments that end with NUL: up to the JAR or the
 * main class; with JBoss, which takes such options, also behind it. */
void jvm_said_by_arguments(struct jvm_said *said, const char *data, size_t size);
/* A variable of Java's: words, quoted with ' or ". */
void jvm_said_by_words(struct jvm_said *said, const char *text);
/* The `number`-th file of arguments there (@FILE), from 0; NULL when there are not as many. */
const char *jvm_argument_file(const char *data, size_t size, size_t number);
/* The text of such a file as words, without its comments. */
char *jvm_words_of_file(const char *text);
/* A variable's value in an environment as /proc/PID/environ has it; points into `data`, which must
 * end with a NUL. */
const char *jvm_variable(const char *data, size_t size, const char *name);
/* Do the program or its arguments belong to TeamForge? */
bool jvm_is_teamforge(const char *program, const char *data, size_t size);
/* What the JVM runs, for people: the JAR's file name or the main class, "java" when there is none.
 */
const char *jvm_runs(const char *data, size_t size);
/* java.home of a JVM's program: "/x/jre" of "/x/jre/bin/java"; NULL when it is no java. */
const char *jvm_home_of_program(const char *program);
/* java.security says which form a JVM takes for its trust store: both, unless keystore.type.compat
 * is other than true; then only keystore.type. Either ends in silence: such a JVM trusts nothing.
 */
enum jvm_forms { JVM_ANY_FORM, JVM_ONLY_JKS, JVM_ONLY_PKCS12 };
enum jvm_forms jvm_forms_of_security(const char *java_security);
/* What writes this store anew from time to time and drops an entry of ours, with what to do; NULL
 * when nothing does. */
const char *jvm_generated(const char *real_path);

#endif

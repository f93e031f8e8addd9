/* The JVMs that TeamForge starts, by the *_JAVA_OPTS tokens of its site-options.conf: during a
 * deploy none of them runs. */
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#include "jvm_internal.h"
#include "memory.h"
#include "site_options.h"

static bool is_java_options(const struct site_line *line)
{
    static const char tail[] = "_JAVA_OPTS";
    size_t length = sizeof tail - 1;
    return line->kind == SITE_TOKEN && line->name_size > length &&
           memchr(line->name, ':', line->name_size) == NULL &&
           memcmp(line->name + line->name_size - length, tail, length) == 0;
}

/* A JVM with options that differ from the default; the others are the default java's. */
static void add_token_jvm(const struct tfhook_host *host, struct jvm_stores *stores,
                          const char *home, const char *token, const char *options)
{
    struct jvm_said said = {0};
    jvm_said_by_words(&said, options);
    const char *option = said.store;
    if (option != NULL && strcmp(option, "NONE") == 0) {
        host->log(host, TFHOOK_WARNING,
                  "the JVM of %s trusts nothing: -Djavax.net.ssl.trustStore=NONE", token);
        return;
    }
    if (option == NULL && !said.password)
        return;
    if (option != NULL && (*option != '/' || !jvm_is_file(host, option)))
        host->log(host, TFHOOK_WARNING,
                  "%s: its -Djavax.net.ssl.trustStore=%s is no file here, so that the JVM "
                  "takes its default store",
                  token, option);
    struct jvm jvm = {
        .home = home, .runs = "", .token = token, .teamforge = true, .password = said.password};
    jvm_add(host, stores, jvm, option);
}

static void add_token(const struct tfhook_host *host, struct jvm_stores *stores, const char *home,
                      const char *path, const struct site_options *options, size_t at)
{
    const struct site_line *line = &options->lines[at];
    struct site_error error;
    char *value = NULL;
    if (site_options_resolve(options, at, &value, &error) != 0) {
        host->log(host, TFHOOK_WARNING, "%s:%zu: %s; whether it names a trust store is not known",
                  path, at + 1, error.text);
        return;
    }
    add_token_jvm(host, stores, home, memory_strn(line->name, line->name_size), value);
    OPENSSL_cleanse(value, strlen(value)); /* options may hold a password */
}

void jvm_add_site(const struct tfhook_host *host, struct jvm_stores *stores, const char *path,
                  const char *home)
{
    struct tfhook_data data;
    struct site_options options;
    struct site_error error;
    int rc = host->read(host, path, 0, &data);
    if (rc == -ENOENT) /* a server without TeamForge */
        return;
    if (rc == 0)
        rc = site_options_parse(data.data, data.size, &options, &error);
    else
        site_error_set(&error, 0, "%s", strerror(-rc));
    if (rc != 0) {
        host->log(host, TFHOOK_WARNING,
                  "%s: %s; the trust stores that its *_JAVA_OPTS may name are not known", path,
                  error.text);
        return;
    }
    for (size_t i = 0; i < options.count; i++)
        if (is_java_options(&options.lines[i]))
            add_token(host, stores, home, path, &options, i);
}

/* The JVMs that TeamForge starts, by the *_JAVA_OPTS tokens of its site-options.conf: during a
 * deploy none of them runs. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "jvm_internal.h"
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
static bool add_token_jvm(const struct tfhook_host *host, struct jvm_stores *stores,
                          const char *home, const char *token, const char *options)
{
    char *option = jvm_option_of_words(options);
    bool has_password = jvm_password_of_words(options) == JVM_PASSWORD_SET;
    bool done = true;
    if (option != NULL && strcmp(option, "NONE") == 0) {
        host->log(host, TFHOOK_WARNING,
                  "the JVM of %s trusts nothing: -Djavax.net.ssl.trustStore=NONE", token);
    } else if (option != NULL || has_password) {
        if (option != NULL && (*option != '/' || !jvm_is_file(host, option)))
            host->log(host, TFHOOK_WARNING,
                      "%s: its -Djavax.net.ssl.trustStore=%s is no file here, so that the JVM "
                      "takes its default store",
                      token, option);
        struct jvm jvm = {.home = strdup(home),
                          .runs = strdup(""),
                          .token = strdup(token),
                          .teamforge = true,
                          .password = has_password};
        done = jvm.home != NULL && jvm.runs != NULL && jvm.token != NULL &&
               jvm_fill_store(host, &jvm, option);
        done = jvm_add(stores, &jvm) && done;
    }
    free(option);
    return done;
}

static bool add_token(const struct tfhook_host *host, struct jvm_stores *stores, const char *home,
                      const char *path, const struct site_options *options, size_t at)
{
    const struct site_line *line = &options->lines[at];
    struct site_error error;
    char *value = NULL;
    int rc = site_options_resolve(options, at, &value, &error);
    if (rc == -ENOMEM)
        return false;
    char *token = jvm_text("%.*s", (int)line->name_size, line->name);
    if (rc != 0)
        host->log(host, TFHOOK_WARNING, "%s:%zu: %s; whether it names a trust store is not known",
                  path, at + 1, error.text);
    bool done = token != NULL && (rc != 0 || add_token_jvm(host, stores, home, token, value));
    if (value != NULL)
        OPENSSL_cleanse(value, strlen(value)); /* options may hold a password */
    free(value);
    free(token);
    return done;
}

bool jvm_add_site(const struct tfhook_host *host, struct jvm_stores *stores, const char *path,
                  const char *home)
{
    struct tfhook_data data;
    struct site_options options;
    struct site_error error;
    int rc = host->read(host, path, 0, &data);
    if (rc == -ENOENT) /* a server without TeamForge */
        return true;
    if (rc == 0)
        rc = site_options_parse(data.data, data.size, &options, &error);
    else
        site_error_set(&error, 0, "%s", strerror(-rc));
    if (rc == -ENOMEM)
        return false;
    if (rc != 0) {
        host->log(host, TFHOOK_WARNING,
                  "%s: %s; the trust stores that its *_JAVA_OPTS may name are not known", path,
                  error.text);
        return true;
    }
    bool done = true;
    for (size_t i = 0; i < options.count && done; i++)
        if (is_java_options(&options.lines[i]))
            done = add_token(host, stores, home, path, &options, i);
    site_options_free(&options);
    return done;
}

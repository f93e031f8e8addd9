/* The JVMs that are installed: in the usual directories, and wherever the system's alternatives
 * say. */
#include <stdlib.h>
#include <string.h>

#include "jvm_internal.h"

/* The JVMs in `directory` whose name begins with `prefix`. */
static bool add_below(const struct tfhook_host *host, struct jvm_stores *stores,
                      const char *directory, const char *prefix)
{
    struct tfhook_names names = {0};
    if (host->list(host, directory, &names) != 0)
        return true;
    for (size_t i = 0; i < names.count; i++) {
        if (strncmp(names.names[i], prefix, strlen(prefix)) != 0)
            continue;
        char *path = jvm_text("%s/%s", directory, names.names[i]);
        char *java = jvm_text("%s/%s/bin/java", directory, names.names[i]);
        char *jre = jvm_text("%s/%s/jre/bin/java", directory, names.names[i]);
        bool done = path != NULL && java != NULL && jre != NULL;
        if (done && (jvm_is_file(host, java) || jvm_is_file(host, jre)))
            done = jvm_add_home(host, stores, path);
        else if (done && *prefix != '\0') /* /opt/java/jdk-11 */
            done = add_below(host, stores, path, "");
        free(path);
        free(java);
        free(jre);
        if (!done)
            return false;
    }
    return true;
}

/* Both formats name each choice on a line of its own: chkconfig's on RHEL, dpkg's on Debian. */
static const char *const lists[] = {"/var/lib/alternatives/java",
                                    "/var/lib/dpkg/alternatives/java"};

static bool add_choices(const struct tfhook_host *host, struct jvm_stores *stores, const char *text)
{
    bool done = true;
    for (const char *line = text; *line != '\0' && done;) {
        size_t length = strcspn(line, "\r\n");
        char *program = jvm_text("%.*s", (int)length, line);
        char *home = program == NULL || *program != '/' ? NULL : jvm_home_of_program(program);
        /* The link that leads to the choice is listed too. */
        if (home != NULL && strcmp(home, "/usr") != 0 && jvm_is_file(host, program))
            done = jvm_add_home(host, stores, home);
        done = done && program != NULL;
        free(home);
        free(program);
        line += length;
        line += strspn(line, "\r\n");
    }
    return done;
}

static bool add_alternatives(const struct tfhook_host *host, struct jvm_stores *stores)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct tfhook_data data;
        if (host->read(host, lists[i], 0, &data) == 0 &&
            !add_choices(host, stores, (const char *)data.data))
            return false;
    }
    return true;
}

bool jvm_add_installed(const struct tfhook_host *host, struct jvm_stores *stores)
{
    return add_below(host, stores, "/usr/lib/jvm", "") &&
           add_below(host, stores, "/usr/java", "") && add_below(host, stores, "/opt", "java") &&
           add_alternatives(host, stores);
}

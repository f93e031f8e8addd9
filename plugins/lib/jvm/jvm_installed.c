/* The JVMs that are installed: in the usual directories, and wherever the system's alternatives
 * say. */
#include <string.h>

#include "jvm_internal.h"
#include "memory.h"

/* The JVMs in `directory` whose name begins with `prefix`. */
static void add_below(const struct tfhook_host *host, struct jvm_stores *stores,
                      const char *directory, const char *prefix)
{
    struct tfhook_names names = {0};
    if (host->list(host, directory, &names) != 0)
        return;
    for (size_t i = 0; i < names.count; i++) {
        if (strncmp(names.names[i], prefix, strlen(prefix)) != 0)
            continue;
        const char *path = memory_printf("%s/%s", directory, names.names[i]);
        if (jvm_is_file(host, memory_printf("%s/bin/java", path)) ||
            jvm_is_file(host, memory_printf("%s/jre/bin/java", path)))
            (void)jvm_add_home(host, stores, path);
        else if (*prefix != '\0') /* /opt/java/jdk-11 */
            add_below(host, stores, path, "");
    }
}

static void add_choices(const struct tfhook_host *host, struct jvm_stores *stores, const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\r\n");
        const char *program = memory_strn(line, length);
        const char *home = *program != '/' ? NULL : jvm_home_of_program(program);
        /* The link that leads to the choice is listed too. */
        if (home != NULL && strcmp(home, "/usr") != 0 && jvm_is_file(host, program))
            (void)jvm_add_home(host, stores, home);
        line += length;
        line += strspn(line, "\r\n");
    }
}

void jvm_add_installed(const struct tfhook_host *host, struct jvm_stores *stores)
{
    /* Both formats name each choice on a line of its own: chkconfig's on RHEL, dpkg's on Debian. */
    static const char *const alternatives[] = {"/var/lib/alternatives/java",
                                               "/var/lib/dpkg/alternatives/java"};
    struct tfhook_data data;
    add_below(host, stores, "/usr/lib/jvm", "");
    add_below(host, stores, "/usr/java", "");
    add_below(host, stores, "/opt", "java");
    for (size_t i = 0; i < sizeof alternatives / sizeof alternatives[0]; i++)
        if (host->read(host, alternatives[i], 0, &data) == 0)
            add_choices(host, stores, (const char *)data.data);
}

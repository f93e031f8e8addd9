/* Whose process may say where TeamForge's trust store is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jvm_internal.h"

/* The effective user of a process, of "Uid: REAL EFFECTIVE ...". False: it has ended. */
static bool user_of_process(const struct tfhook_host *host, long pid, unsigned *ret)
{
    struct tfhook_data status;
    if (host->process(host, pid, "status", 0, &status) != 0)
        return false;
    static const char label[] = "\nUid:";
    const char *line = strstr((const char *)status.data, label);
    char *end = NULL;
    if (line == NULL)
        return false;
    (void)strtoul(line + sizeof label - 1, &end, 10);
    *ret = (unsigned)strtoul(end, &end, 10);
    return *end == '\t';
}

static bool owns_entry(const struct tfhook_host *host, unsigned user, const char *directory)
{
    struct tfhook_names names;
    struct tfhook_stat above = {.struct_size = sizeof above};
    bool owns = false;
    /* Where all can write, all can own something. */
    if (host->stat(host, directory, &above) != 0 || (above.mode & 02) != 0 ||
        host->list(host, directory, &names) != 0)
        return false;
    for (size_t i = 0; !owns && i < names.count; i++) {
        struct tfhook_stat st = {.struct_size = sizeof st};
        char *path = jvm_text("%s/%s", directory, names.names[i]);
        owns = path != NULL && host->stat(host, path, &st) == 0 && st.uid == user;
        free(path);
    }
    return owns;
}

bool jvm_user_is_believed(const struct tfhook_host *host, long pid, unsigned *ret_user)
{
    static const char *const directories[] = {JVM_TEAMFORGE, JVM_TEAMFORGE "/runtime",
                                              JVM_TEAMFORGE "/var", JVM_TEAMFORGE "/log"};
    *ret_user = UINT32_MAX;
    if (!user_of_process(host, pid, ret_user))
        return false;
    bool believed = *ret_user == 0 || *ret_user == getuid();
    for (size_t i = 0; !believed && i < sizeof directories / sizeof *directories; i++)
        believed = owns_entry(host, *ret_user, directories[i]);
    return believed;
}

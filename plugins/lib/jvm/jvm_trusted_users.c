/* Whose process may say where TeamForge's trust store is. */
#include <stdint.h>
#include <unistd.h>

#include "jvm_internal.h"
#include "memory.h"
#include "process_text.h"

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
        const char *path = memory_printf("%s/%s", directory, names.names[i]);
        owns = host->stat(host, path, &st) == 0 && st.uid == user;
    }
    return owns;
}

bool jvm_user_is_believed(const struct tfhook_host *host, long pid, unsigned *ret_user)
{
    static const char *const directories[] = {JVM_TEAMFORGE, JVM_TEAMFORGE "/runtime",
                                              JVM_TEAMFORGE "/var", JVM_TEAMFORGE "/log"};
    struct tfhook_data status;
    *ret_user = UINT32_MAX;
    if (host->process(host, pid, "status", 0, &status) != 0 ||
        !process_user((const char *)status.data, ret_user))
        return false; /* it has ended */
    bool believed = *ret_user == 0 || *ret_user == getuid();
    for (size_t i = 0; !believed && i < sizeof directories / sizeof *directories; i++)
        believed = owns_entry(host, *ret_user, directories[i]);
    return believed;
}

/* The host function by which a plugin looks at processes. */
#include "host_context.h"
#include "host_functions.h"
#include "procfs.h"

#include <unistd.h>

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct host_context *context = host->core;
    struct blob found = {0};
    if (pid < 0 || !process_name_is_valid(name))
        return host_misuse(context, "a process or a name of its that cannot be");
    int rc = process_read(context->mem, pid == 0 ? getpid() : pid, name, limit, &found);
    if (rc == 0)
        *ret = (struct tfhook_data){found.data, found.size};
    return rc;
}

void host_add_procfs(struct tfhook_host *ret)
{
    ret->process = host_process;
}

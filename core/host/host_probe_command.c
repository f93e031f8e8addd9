/* The host functions by which a plugin runs a command that only looks. */
#include "file.h"
#include "host_context.h"
#include "host_functions.h"
#include "probe_command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int run_probe(struct host_context *context, const struct probe *probe,
                     struct tfhook_output *ret)
{
    struct tfhook_output out = {0};
    if (probe->argv == NULL || probe->argv[0] == NULL || probe->argv[0][0] != '/')
        return host_misuse(context, "a probe without an absolute path");
    if (probe->seconds <= 0 || probe->limit == 0 || probe->limit > FILE_LIMIT)
        return host_misuse(context, "a probe without a deadline or a limit");
    if (ret->struct_size < sizeof ret->struct_size || ret->struct_size > 64 * sizeof *ret)
        return host_misuse(context, "struct_size of a struct tfhook_output is not set");
    if (access(probe->argv[0], X_OK) < 0)
        return -errno;
    int rc = probe_run(context->mem, probe, &out);
    if (rc < 0)
        return rc;
    size_t size = ret->struct_size;
    out.struct_size = size;
    memcpy(ret, &out, size < sizeof out ? size : sizeof out);
    return 0;
}

static int host_probe(const struct tfhook_host *host, const char *const *argv, int seconds,
                      size_t limit, struct tfhook_output *ret)
{
    const struct probe probe = {.argv = argv, .seconds = seconds, .limit = limit};
    return run_probe(host->core, &probe, ret);
}

static int host_probe_input(const struct tfhook_host *host, const char *const *argv,
                            const void *input, size_t size, int seconds, size_t limit,
                            struct tfhook_output *ret)
{
    const struct probe probe = {
        .argv = argv, .input = {input, size}, .seconds = seconds, .limit = limit};
    if (input == NULL)
        return host_misuse(host->core, "an input of a probe that is NULL");
    return run_probe(host->core, &probe, ret);
}

void host_add_probe_command(struct tfhook_host *ret)
{
    ret->probe = host_probe;
    ret->probe_input = host_probe_input;
}

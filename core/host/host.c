/* The host table, and the functions by which a plugin asks for its settings. */
#include "host_functions.h"

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    return host_setting(host->core, key)->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    return host_names(&host_setting(host->core, key)->items);
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    return host_setting(host->core, key)->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

void host_table(struct host_context *context, struct tfhook_host *ret)
{
    *ret = (struct tfhook_host){
        .size = sizeof *ret,
        .minor = TFHOOK_API_MINOR,
        .core = context,
        .step = context->step->name,
        .hook = context->hook,
        .hostname = context->environment->hostname,
        .short_name = context->environment->short_name,
        .now = context->environment->now,
        .root = context->environment->root.dir,
        .log_level = context->log_level,
        .value = host_value,
        .items = host_items,
        .number = host_number,
        .flag = host_flag,
    };
    host_add_files(ret);
    host_add_report(ret);
    host_add_changes(ret);
    host_add_probe_command(ret);
    host_add_procfs(ret);
}

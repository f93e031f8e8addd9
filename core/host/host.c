#include "host.h"

#include "host_functions.h"

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
    };
    host_add_config(ret);
    host_add_files(ret);
    host_add_report(ret);
    host_add_changes(ret);
    host_add_probe_command(ret);
    host_add_procfs(ret);
}

#include "host.h"

#include "host_functions.h"

void host_table(struct guest *guest, struct tfhook_host *ret)
{
    *ret = (struct tfhook_host){
        .size = sizeof *ret,
        .minor = TFHOOK_API_MINOR,
        .core = guest,
        .step = guest->step->name,
        .hook = guest->hook,
        .hostname = guest->world->hostname,
        .short_name = guest->world->short_name,
        .now = guest->world->now,
        .root = guest->world->root.dir,
        .log_level = guest->log_level,
    };
    host_add_config(ret);
    host_add_files(ret);
    host_add_report(ret);
    host_add_stage(ret);
    host_add_probe(ret);
    host_add_process(ret);
}

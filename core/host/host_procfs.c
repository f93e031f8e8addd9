/* The host function by which a plugin looks at processes. */
#include "aside.h"
#include "host_context.h"
#include "host_functions.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A plugin that asks for one process's program asks for that of all: one way aside serves them. */
static int see_program(struct host_context *context, long pid, struct blob *ret)
{
    int rc = 0;
    if (!context->programs_seen)
        rc = aside_programs(context->aside, context->mem, &context->programs);
    if (rc < 0)
        return rc;
    context->programs_seen = true;
    for (size_t i = 0; i < context->programs.count; i++) {
        const struct program *program = &context->programs.items[i];
        if (program->pid != pid)
            continue;
        if (program->path == NULL)
            return -program->error;
        *ret = (struct blob){(const unsigned char *)program->path, strlen(program->path)};
        return 0;
    }
    return aside_process(context->aside, context->mem, pid, "exe", 0, ret);
}

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct host_context *context = host->core;
    struct blob found = {0};
    if (pid < 0 || !process_name_is_valid(name))
        return host_misuse(context, "a process or a name of its that cannot be");
    bool program = strcmp(name, "exe") == 0;
    pid = pid == 0 ? getpid() : pid;
    limit = limit == 0 || limit > PROCESS_LIMIT ? PROCESS_LIMIT : limit;
    int rc = program && context->programs_seen
                 ? -EACCES
                 : process_read(context->mem, pid, name, limit, &found);
    if (rc == -EACCES || rc == -EPERM)
        rc = program ? see_program(context, pid, &found)
                     : aside_process(context->aside, context->mem, pid, name, limit, &found);
    if (rc == 0)
        *ret = (struct tfhook_data){found.data, found.size};
    return rc;
}

void host_add_procfs(struct tfhook_host *ret)
{
    ret->process = host_process;
}

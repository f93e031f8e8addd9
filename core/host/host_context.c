#include "host_context.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

int host_misuse(struct host_context *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (context->misuse == NULL)
        context->misuse = mem_vprintf(context->mem, format, args);
    va_end(args);
    return -EINVAL;
}

void host_send(struct host_context *context, const struct record *record)
{
    /* The parent is gone, or has had enough of this child: nobody will read what follows. */
    if (record_send(context->fd, record, NULL) < 0)
        _exit(1);
}

int host_resolve(struct host_context *context, const char *path, const char **ret)
{
    if (path == NULL)
        return host_misuse(context, "a path that is NULL");
    int rc = run_environment_resolve(context->environment, context->mem, context->step->plugin,
                                     path, ret);
    if (rc == -EINVAL)
        rc = host_misuse(context, "the path \"%s\" is neither absolute nor a note's name", path);
    return rc;
}

const struct setting *host_setting(struct host_context *context, const char *key)
{
    const struct setting *found = settings_find(context->settings, key);
    if (found == NULL)
        (void)host_misuse(context, "it asks for the key %s, which it does not declare", key);
    return found;
}

void host_end(struct host_context *context, int result)
{
    struct record record = {.type = RECORD_END};
    if (context->misuse != NULL) {
        result = TFHOOK_FAILED;
        context->message = mem_printf(context->mem, "the plugin %s misuses its interface: %s",
                                      context->step->plugin, context->misuse);
    }
    record_add_number(&record, context->mem, result);
    record_add_text(&record, context->message);
    host_send(context, &record);
}

/* The host functions by which a plugin asks for its settings. */
#include "host_context.h"
#include "host_functions.h"

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = host_setting(host->core, key);
    return found == NULL ? NULL : found->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    static const char *const none[] = {NULL};
    const struct setting *found = host_setting(host->core, key);
    if (found == NULL || found->items.count == 0)
        return (struct tfhook_names){none, 0};
    return (struct tfhook_names){found->items.names, found->items.count};
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = host_setting(host->core, key);
    return found == NULL ? 0 : found->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

void host_add_config(struct tfhook_host *ret)
{
    ret->value = host_value;
    ret->items = host_items;
    ret->number = host_number;
    ret->flag = host_flag;
}

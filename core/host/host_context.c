#include "host_context.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

int guest_misuse(struct guest *guest, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (guest->misuse == NULL)
        guest->misuse = mem_vprintf(guest->mem, format, args);
    va_end(args);
    return -EINVAL;
}

void guest_send(struct guest *guest, const struct record *record)
{
    /* The parent is gone, or has had enough of this child: nobody will read what follows. */
    if (record_send(guest->fd, record, NULL) < 0)
        _exit(1);
}

int guest_resolve(struct guest *guest, const char *path, const char **ret)
{
    if (path == NULL)
        return guest_misuse(guest, "a path that is NULL");
    int rc = world_resolve(guest->world, guest->mem, guest->step->plugin, path, ret);
    if (rc == -EINVAL)
        rc = guest_misuse(guest, "the path \"%s\" is neither absolute nor a note's name", path);
    return rc;
}

const struct setting *guest_setting(struct guest *guest, const char *key)
{
    const struct setting *found = settings_find(guest->settings, key);
    if (found == NULL)
        (void)guest_misuse(guest, "it asks for the key %s, which it does not declare", key);
    return found;
}

void guest_end(struct guest *guest, int result)
{
    struct record record = {.type = RECORD_END};
    if (guest->misuse != NULL) {
        result = TFHOOK_FAILED;
        guest->message = mem_printf(guest->mem, "the plugin %s misuses its interface: %s",
                                    guest->step->plugin, guest->misuse);
    }
    record_add_number(&record, guest->mem, result);
    record_add_text(&record, guest->message);
    guest_send(guest, &record);
}

#include "host_port.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

bool host_port_split(const char *text, struct host_port *ret)
{
    const char *colon = strchr(text, ':');
    struct host_port found = {.bracketed = text[0] == '['};
    found.several = !found.bracketed && colon != NULL && strchr(colon + 1, ':') != NULL;
    const char *host = text + found.bracketed;
    size_t size = strcspn(host, found.bracketed ? "]" : found.several ? "" : ":");
    if (found.bracketed && host[size] != ']')
        return false;
    found.host = memory_strn(host, size);
    found.rest = host + size + found.bracketed;
    *ret = found;
    return true;
}

bool port_parse(const char *text, unsigned *ret)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long port = digits <= 5 && text[digits] == '\0' ? strtoul(text, NULL, 10) : 0;
    if (port < 1 || port > 65535)
        return false;
    *ret = (unsigned)port;
    return true;
}

const char *host_port_text(const char *host, unsigned port)
{
    return memory_printf(strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
}

#include "target.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "host_port.h"
#include "memory.h"

enum { LONGEST_HOST = 255 };

static bool name_is_sound(const char *host)
{
    for (const char *c = host; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("/@[]", *c) != NULL)
            return false;
    return host[0] != '\0' && host[0] != '-';
}

bool verify_target_parse(const char *text, unsigned default_port, struct verify_target *ret,
                         const char **why)
{
    struct verify_target target = {.port = default_port};
    struct host_port parts;
    struct in6_addr address;
    *why = "a bracket is missing";
    if (!host_port_split(text, &parts))
        return false;
    *why = "the host's name is too long";
    if (strlen(parts.host) > LONGEST_HOST)
        return false;
    *why = "this is no IPv6 address";
    if ((parts.bracketed || parts.several) && inet_pton(AF_INET6, parts.host, &address) != 1)
        return false;
    *why = "this is no host name";
    if (!name_is_sound(parts.host))
        return false;
    *why = "a port is a number from 1 to 65535";
    if (*parts.rest != '\0' && (*parts.rest != ':' || !port_parse(parts.rest + 1, &target.port)))
        return false;
    target.host = parts.host;
    target.subject = host_port_text(target.host, target.port);
    *ret = target;
    return true;
}

bool verify_targets_add(struct verify_targets *list, const char *text, unsigned default_port)
{
    const char *why = NULL;
    struct verify_target target;
    if (!verify_target_parse(text, default_port, &target, &why))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (strcasecmp(list->targets[i].subject, target.subject) == 0)
            return true;
    *memory_push(list->targets, list->count) = target;
    return true;
}

bool verify_target_is_loopback(const struct verify_target *target)
{
    struct in_addr four;
    if (strcasecmp(target->host, "localhost") == 0 || strcmp(target->host, "::1") == 0)
        return true;
    return inet_pton(AF_INET, target->host, &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}

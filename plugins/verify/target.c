#include "target.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool parse_port(const char *text, unsigned *ret)
{
    unsigned port = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return false;
    for (; *text != '\0'; text++)
        port = port * 10 + (unsigned)(*text - '0');
    *ret = port;
    return port >= 1 && port <= 65535;
}

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
    struct in6_addr address;
    bool bracketed = text[0] == '[';
    const char *host = bracketed ? text + 1 : text;
    const char *colon = strchr(text, ':');
    size_t size = bracketed ? strcspn(host, "]") : strcspn(host, ":");
    const char *port = host + size + (bracketed && host[size] == ']');
    /* More than one colon and no brackets: an address, whole. */
    if (!bracketed && colon != NULL && strchr(colon + 1, ':') != NULL) {
        size = strlen(host);
        port = host + size;
    }
    bool sixth = bracketed || (colon != NULL && size > (size_t)(colon - host));
    *why = "a bracket is missing";
    if (bracketed && host[size] != ']')
        return false;
    *why = "the host's name is too long";
    if (size >= sizeof target.host)
        return false;
    memcpy(target.host, host, size);
    *why = "this is no IPv6 address";
    if (sixth && inet_pton(AF_INET6, target.host, &address) != 1)
        return false;
    *why = "this is no host name";
    if (!name_is_sound(target.host))
        return false;
    *why = "a port is a number from 1 to 65535";
    if (*port != '\0' && (*port != ':' || !parse_port(port + 1, &target.port)))
        return false;
    (void)snprintf(target.subject, sizeof target.subject, sixth ? "[%s]:%u" : "%s:%u", target.host,
                   target.port);
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
    struct verify_target *targets =
        realloc(list->targets, (list->count + 1) * sizeof list->targets[0]);
    if (targets == NULL)
        return false;
    list->targets = targets;
    targets[list->count++] = target;
    return true;
}

bool verify_target_is_loopback(const struct verify_target *target)
{
    struct in_addr four;
    if (strcasecmp(target->host, "localhost") == 0 || strcmp(target->host, "::1") == 0)
        return true;
    return inet_pton(AF_INET, target->host, &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}

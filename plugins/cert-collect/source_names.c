/* The names that a source gives: of its server on record, and of its copies. */
#include "alias.h"
#include "host_port.h"
#include "memory.h"
#include "source.h"

#include <string.h>

bool source_is_network(const struct source *source)
{
    return source->kind == SOURCE_HTTPS || source->kind == SOURCE_TLS ||
           source->kind == SOURCE_POSTGRES;
}

/* https:// and tls:// are the same handshake, so a pin learned by one holds for the other. */
const char *source_server(const struct source *source)
{
    return memory_printf("%s://%s", source->kind == SOURCE_POSTGRES ? "postgres" : "tls",
                         host_port_text(source->host, source->port));
}

/* What is neither a letter, a digit nor one of `kept` becomes '-'; at most `limit` characters. */
static const char *fold_name(char *name, const char *kept, size_t limit)
{
    if (strlen(name) > limit)
        name[limit] = '\0';
    for (char *at = name; *at != '\0'; at++)
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && strchr(kept, *at) == NULL)
            *at = '-';
    return name;
}

const char *alias_of_host(const struct source *source, bool full)
{
    static const char prefix[] = "ip-";
    const char *host = source->host;
    if (source->address)
        return memory_printf("%s%s", prefix,
                             fold_name(memory_str(host), "-", ALIAS_LIMIT - (sizeof prefix - 1)));
    return fold_name(memory_strn(host, full ? strlen(host) : strcspn(host, ".")), "._-",
                     ALIAS_LIMIT);
}

/* An alias begins with a letter or digit. */
const char *alias_of_entry(const char *path)
{
    char *name = alias_of_file(path);
    return fold_name(name + strspn(name, "._-"), "._-", ALIAS_LIMIT);
}

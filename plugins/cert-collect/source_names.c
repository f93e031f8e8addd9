/* The names that a source gives: of its server on record, and of its copies. */
#include "bytes.h"
#include "source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool source_is_network(const struct source *source)
{
    return source->kind == SOURCE_HTTPS || source->kind == SOURCE_TLS ||
           source->kind == SOURCE_POSTGRES;
}

static char *take_text(struct bytes *b)
{
    if (b->failed) {
        bytes_free(b);
        return NULL;
    }
    return (char *)b->data;
}

/* https:// and tls:// are the same handshake, so a pin learned by one holds for the other. */
char *source_server(const struct source *source)
{
    struct bytes b = {0};
    bool v6 = strchr(source->host, ':') != NULL;
    bytes_text(&b, source->kind == SOURCE_POSTGRES ? "postgres://" : "tls://");
    bytes_printf(&b, v6 ? "[%s]:%u" : "%s:%u", source->host, source->port);
    return take_text(&b);
}

static void add_folded(struct bytes *b, const char *text, size_t size, const char *kept)
{
    for (size_t i = 0; i < size && b->size < ALIAS_LIMIT; i++) {
        char c = (char)tolower((unsigned char)text[i]);
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr(kept, c) != NULL);
        bytes_u8(b, plain ? (unsigned char)c : '-');
    }
}

char *alias_of_host(const struct source *source, bool full)
{
    struct bytes b = {0};
    size_t size = full || source->address ? strlen(source->host) : strcspn(source->host, ".");
    if (source->address)
        bytes_text(&b, "ip-");
    add_folded(&b, source->host, size, source->address ? "-" : "._-");
    return take_text(&b);
}

char *alias_of_entry(const char *path)
{
    struct bytes b = {0};
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t size = strlen(name);
    if (size > 4 && (strcmp(name + size - 4, ".crt") == 0 || strcmp(name + size - 4, ".pem") == 0))
        size -= 4;
    /* An alias begins with a letter or digit. */
    while (size > 0 && strchr("._-", *name) != NULL) {
        name++;
        size--;
    }
    bytes_text(&b, "");
    add_folded(&b, name, size, "._-");
    return take_text(&b);
}

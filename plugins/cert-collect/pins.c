#include "pins.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

static const char mark[] = " sha256:";

static size_t place_of(const struct pins *pins, const char *server)
{
    size_t at = 0;
    while (at < pins->count && strcmp(pins->pins[at].server, server) < 0)
        at++;
    return at;
}

const unsigned char *pins_find(const struct pins *pins, const char *server)
{
    size_t at = place_of(pins, server);
    bool found = at < pins->count && strcmp(pins->pins[at].server, server) == 0;
    return found ? pins->pins[at].sha256 : NULL;
}

bool pins_set(struct pins *pins, const char *server, const unsigned char sha256[CERT_SHA256_SIZE])
{
    size_t at = place_of(pins, server);
    if (at == pins->count || strcmp(pins->pins[at].server, server) != 0) {
        char *name = strdup(server);
        struct pin *more = realloc(pins->pins, (pins->count + 1) * sizeof(*more));
        if (more != NULL)
            pins->pins = more;
        if (name == NULL || more == NULL) {
            free(name);
            return false;
        }
        memmove(more + at + 1, more + at, (pins->count - at) * sizeof(*more));
        more[at].server = name;
        pins->count++;
    }
    memcpy(pins->pins[at].sha256, sha256, CERT_SHA256_SIZE);
    return true;
}

/* `line` has no newline and is changed in place. */
static bool take_line(struct pins *pins, char *line, bool *ret_memory)
{
    unsigned char sha256[CERT_SHA256_SIZE];
    char *end = strstr(line, mark);
    if (end == NULL || end == line || !cert_hex_parse(end + sizeof(mark) - 1, sha256))
        return false;
    *end = '\0';
    *ret_memory = !pins_set(pins, line, sha256);
    return !*ret_memory;
}

bool pins_parse(const void *data, size_t size, struct pins *ret, size_t *ret_line)
{
    struct bytes copy = {0};
    struct pins pins = {0};
    size_t line = 0;
    bool memory = false, ok = true;
    bytes_add(&copy, data, size);
    char *rest = (char *)copy.data;
    /* A NUL would hide what is behind it. */
    if (copy.failed || memchr(copy.data, '\0', size) != NULL)
        ok = false;
    while (ok && rest != NULL && *rest != '\0') {
        line++;
        ok = take_line(&pins, strsep(&rest, "\n"), &memory);
    }
    bytes_free(&copy);
    if (!ok) {
        pins_free(&pins);
        *ret_line = memory ? 0 : line;
        return false;
    }
    *ret = pins;
    return true;
}

void pins_write(const struct pins *pins, struct bytes *out)
{
    for (size_t i = 0; i < pins->count; i++) {
        char hex[CERT_SHA256_HEX_SIZE];
        cert_hex(pins->pins[i].sha256, hex);
        bytes_printf(out, "%s%s%s\n", pins->pins[i].server, mark, hex);
    }
}

void pins_free(struct pins *pins)
{
    for (size_t i = 0; i < pins->count; i++)
        free(pins->pins[i].server);
    free(pins->pins);
    *pins = (struct pins){0};
}

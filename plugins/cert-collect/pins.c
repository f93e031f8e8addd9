#include "pins.h"

#include "bytes.h"
#include "memory.h"

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

void pins_set(struct pins *pins, const char *server, const unsigned char sha256[CERT_SHA256_SIZE])
{
    size_t at = place_of(pins, server);
    if (at == pins->count || strcmp(pins->pins[at].server, server) != 0) {
        (void)memory_push(pins->pins, pins->count);
        memmove(pins->pins + at + 1, pins->pins + at, (pins->count - 1 - at) * sizeof(*pins->pins));
        pins->pins[at].server = memory_str(server);
    }
    memcpy(pins->pins[at].sha256, sha256, CERT_SHA256_SIZE);
}

bool pins_parse(const void *data, size_t size, struct pins *ret, size_t *ret_line)
{
    struct pins pins = {0};
    char *rest = memory_strn(data, size);
    *ret_line = 0;
    if (strlen(rest) != size) /* a NUL would hide what is behind it */
        return false;
    while (rest != NULL && *rest != '\0') {
        unsigned char sha256[CERT_SHA256_SIZE];
        char *line = strsep(&rest, "\n");
        char *end = strstr(line, mark);
        ++*ret_line;
        if (end == NULL || end == line || !cert_hex_parse(end + sizeof(mark) - 1, sha256))
            return false;
        *end = '\0';
        pins_set(&pins, line, sha256);
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

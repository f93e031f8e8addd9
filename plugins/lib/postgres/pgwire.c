#include "pgwire.h"

#include "bytes.h"

#include <stdbool.h>
#include <string.h>

void pg_ssl_request(struct bytes *out)
{
    bytes_u32(out, 8);
    bytes_u32(out, 80877103);
}

enum pg_ssl pg_ssl_answer(const void *data, size_t size)
{
    if (size == 0)
        return PG_SSL_CLOSED;
    switch (*(const unsigned char *)data) {
    case 'S':
        return size == 1 ? PG_SSL_YES : PG_SSL_EXTRA;
    case 'N':
        return size == 1 ? PG_SSL_NO : PG_SSL_EXTRA;
    case 'E':
        return PG_SSL_ERROR;
    default:
        return PG_SSL_GARBAGE;
    }
}

const char *pg_ssl_text(enum pg_ssl answer)
{
    static const char *const texts[] = {
        [PG_SSL_NOT_ASKED] = "was not asked for TLS",
        [PG_SSL_YES] = "offers TLS",
        [PG_SSL_NO] = "PostgreSQL answers, but does not offer TLS (ssl is off)",
        [PG_SSL_ERROR] = "the server answers the request for TLS with an error",
        [PG_SSL_EXTRA] = "more than the one byte that was due came: someone may be tampering",
        [PG_SSL_CLOSED] = "the connection was closed in answer to the request for TLS",
        [PG_SSL_SILENT] = "no answer to the request for TLS",
        [PG_SSL_GARBAGE] = "what answers the request for TLS is not PostgreSQL",
    };
    return texts[answer];
}

void pg_startup(struct bytes *out, const char *user, const char *database)
{
    struct bytes body = {0};
    bytes_u32(&body, 3u << 16);
    const char *const words[] = {"user", user, "database", database};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        bytes_add(&body, words[i], strlen(words[i]) + 1);
    bytes_u8(&body, 0);
    bytes_u32(out, (uint32_t)(body.size + 4));
    bytes_add(out, body.data, body.size);
    bytes_free(&body);
}

static uint32_t read_be32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_sqlstate(const unsigned char *text, size_t size)
{
    if (size != PG_SQLSTATE_SIZE - 1)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'Z')))
            return false;
    return true;
}

/* The fields of an ErrorResponse: a letter and a NUL-ended text each, a NUL at the end. */
static enum pg_plain read_error(const unsigned char *at, size_t size, char *ret_sqlstate)
{
    bool names_encryption = false, names_tls = false;
    while (size > 0 && *at != '\0') {
        const unsigned char *text = at + 1;
        const unsigned char *end = memchr(text, '\0', size - 1);
        if (end == NULL)
            break;
        size_t length = (size_t)(end - text);
        if (*at == 'C' && is_sqlstate(text, length)) {
            memcpy(ret_sqlstate, text, length);
            ret_sqlstate[length] = '\0';
        } else if (*at == 'M') {
            names_encryption = memmem(text, length, "no encryption", 13) != NULL ||
                               memmem(text, length, "SSL off", 7) != NULL;
            names_tls = memmem(text, length, "SSL encryption", 14) != NULL ||
                        memmem(text, length, "SSL on", 6) != NULL;
        }
        size -= (size_t)(end + 1 - at);
        at = end + 1;
    }
    if (strcmp(ret_sqlstate, "28000") != 0)
        return PG_PLAIN_UNKNOWN;
    return names_encryption ? PG_PLAIN_REFUSED
           : names_tls      ? PG_PLAIN_TLS_REFUSED
                            : PG_PLAIN_UNKNOWN;
}

enum pg_plain pg_plain_reply(const void *data, size_t size, char ret_sqlstate[PG_SQLSTATE_SIZE])
{
    const unsigned char *at = data;
    ret_sqlstate[0] = '\0';
    for (;;) {
        if (size < 5)
            return PG_PLAIN_MORE;
        /* The length counts itself. A server older than 7.4 has none: it then looks far too long.
         */
        uint32_t length = read_be32(at + 1);
        if (strchr("REvN", *at) == NULL || *at == '\0' || length < 4 || length > PG_REPLY_LIMIT)
            return PG_PLAIN_UNKNOWN;
        if (size - 1 < length)
            return PG_PLAIN_MORE;
        if (*at == 'R')
            return length >= 8 ? PG_PLAIN_ACCEPTED : PG_PLAIN_UNKNOWN;
        if (*at == 'E')
            return read_error(at + 5, length - 4, ret_sqlstate);
        /* A notice, or the protocol version that the server prefers: the answer follows. */
        at += 1 + length;
        size -= 1 + length;
    }
}

const char *pg_plain_text(enum pg_plain reply)
{
    static const char *const texts[] = {
        [PG_PLAIN_MORE] = "the answer to a login in clear text did not come to an end",
        [PG_PLAIN_ACCEPTED] = "clear text is accepted",
        [PG_PLAIN_REFUSED] = "clear text is refused",
        [PG_PLAIN_TLS_REFUSED] = "a login over TLS is refused",
        [PG_PLAIN_UNKNOWN] = "the answer to a login in clear text tells nothing about it",
    };
    return texts[reply];
}

#include "der.h"

#include <stdint.h>
#include <string.h>

bool der_end(const struct der_span *span)
{
    return span->at == span->end;
}

size_t der_size(const struct der_span *span)
{
    return (size_t)(span->end - span->at);
}

bool der_next(struct der_span *span, struct der *ret)
{
    const unsigned char *at = span->at;
    size_t left = der_size(span);
    if (left < 2 || (at[0] & 0x1F) == 0x1F)
        return false;
    size_t header = 2, length = at[1];
    if (length & 0x80) {
        size_t octets = length & 0x7F;
        if (octets == 0 || octets > 4 || left < 2 + octets || at[2] == 0)
            return false;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | at[2 + i];
        if (length < 0x80)
            return false;
        header += octets;
    }
    if (length > left - header)
        return false;
    *ret = (struct der){
        .tag = at[0],
        .content = {at + header, at + header + length},
        .start = at,
        .size = header + length,
    };
    span->at += header + length;
    return true;
}

bool der_expect(struct der_span *span, unsigned tag, struct der *ret)
{
    struct der_span ahead = *span;
    struct der found;
    if (!der_next(&ahead, &found) || found.tag != tag)
        return false;
    *span = ahead;
    *ret = found;
    return true;
}

bool der_is(const struct der *element, const char *content, size_t size)
{
    return der_size(&element->content) == size && memcmp(element->content.at, content, size) == 0;
}

unsigned der_oid_last(const struct der *oid, const char *prefix, size_t size)
{
    bool fits = der_size(&oid->content) == size + 1 && memcmp(oid->content.at, prefix, size) == 0;
    return fits ? oid->content.at[size] : 0;
}

void der_put(struct bytes *out, unsigned tag, const void *content, size_t size)
{
    bytes_u8(out, tag);
    if (size < 0x80) {
        bytes_u8(out, (unsigned)size);
    } else {
        unsigned octets = size > 0xFFFFFF ? 4 : size > 0xFFFF ? 3 : size > 0xFF ? 2 : 1;
        if (size > UINT32_MAX)
            out->failed = true;
        bytes_u8(out, 0x80 | octets);
        while (octets-- > 0)
            bytes_u8(out, (unsigned)(size >> (8 * octets)) & 0xFF);
    }
    bytes_add(out, content, size);
}

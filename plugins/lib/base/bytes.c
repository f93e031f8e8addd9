#include "bytes.h"

#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve_room(struct bytes *b, size_t more)
{
    if (b->failed)
        return false;
    if (more > SIZE_MAX / 4 || b->size > SIZE_MAX / 4)
        memory_exhausted();
    size_t need = b->size + more + 1, room = b->room < 16 ? 16 : b->room;
    if (need <= b->room)
        return true;
    while (room < need)
        room *= 2;
    unsigned char *data = realloc(b->data, room);
    if (data == NULL)
        memory_exhausted();
    b->data = data;
    b->room = room;
    return true;
}

void bytes_reserve(struct bytes *b, size_t more)
{
    (void)reserve_room(b, more);
}

void bytes_add(struct bytes *b, const void *data, size_t size)
{
    if (!reserve_room(b, size))
        return;
    if (size > 0)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void bytes_text(struct bytes *b, const char *text)
{
    bytes_add(b, text, strlen(text));
}

void bytes_printf(struct bytes *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        memory_exhausted();
    if (reserve_room(b, (size_t)length)) {
        (void)vsnprintf((char *)b->data + b->size, (size_t)length + 1, format, again);
        b->size += (size_t)length;
    }
    va_end(again);
}

static void add_big_endian(struct bytes *b, uint64_t value, unsigned size)
{
    unsigned char raw[8];
    for (unsigned i = 0; i < size; i++)
        raw[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    bytes_add(b, raw, size);
}

void bytes_u8(struct bytes *b, unsigned value)
{
    add_big_endian(b, value, 1);
}

void bytes_u16(struct bytes *b, unsigned value)
{
    add_big_endian(b, value, 2);
}

void bytes_u32(struct bytes *b, uint32_t value)
{
    add_big_endian(b, value, 4);
}

void bytes_u64(struct bytes *b, uint64_t value)
{
    add_big_endian(b, value, 8);
}

void bytes_wipe(struct bytes *b)
{
    if (b->data != NULL)
        explicit_bzero(b->data, b->room);
    bytes_free(b);
}

void bytes_free(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}

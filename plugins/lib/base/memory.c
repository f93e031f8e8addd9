#include "memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct memory_block {
    struct memory_block *next;
    max_align_t data[];
};

static struct memory_block *blocks;

/* The exit status is the one that tfhook itself has when memory is out. */
_Noreturn void memory_exhausted(void)
{
    static const char text[] = "out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(7);
}

void *memory_new(size_t size)
{
    struct memory_block *block = NULL;
    if (size < SIZE_MAX - sizeof *block)
        block = calloc(1, sizeof *block + size);
    if (block == NULL)
        memory_exhausted();
    block->next = blocks;
    blocks = block;
    return block->data;
}

char *memory_strn(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    char *copy = memory_new(length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *memory_str(const char *text)
{
    return memory_strn(text, strlen(text));
}

char *memory_printf(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        memory_exhausted();
    char *text = memory_new((size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

const char *memory_join(const char *list, const char *between, const char *item)
{
    return list == NULL ? item : memory_printf("%s%s%s", list, between, item);
}

void *memory_grow(void *array, size_t count, size_t item_size)
{
    /* The room is the power of two that holds `count`: it is full when `count` is one. */
    if ((count & (count - 1)) != 0)
        return array;
    size_t room = count == 0 ? 1 : count * 2;
    if (room > SIZE_MAX / item_size)
        memory_exhausted();
    void *larger = memory_new(room * item_size);
    if (count > 0)
        memcpy(larger, array, count * item_size);
    return larger;
}

void memory_end(void)
{
    while (blocks != NULL) {
        struct memory_block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

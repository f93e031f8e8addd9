#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mem_block {
    struct mem_block *next;
    max_align_t data[];
};

_Noreturn void mem_exhausted(void)
{
    static const char text[] = "tfhook: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(STATUS_INTERNAL);
}

void *mem_alloc(struct mem *mem, size_t size)
{
    struct mem_block *block = NULL;
    if (size < SIZE_MAX - sizeof *block)
        block = calloc(1, sizeof *block + size);
    if (block == NULL)
        mem_exhausted();
    block->next = mem->blocks;
    mem->blocks = block;
    return block->data;
}

void *mem_copy(struct mem *mem, const void *data, size_t size)
{
    if (size == SIZE_MAX)
        mem_exhausted();
    char *copy = mem_alloc(mem, size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

char *mem_strn(struct mem *mem, const char *text, size_t size)
{
    return mem_copy(mem, text, strnlen(text, size));
}

char *mem_str(struct mem *mem, const char *text)
{
    return mem_copy(mem, text, strlen(text));
}

char *mem_vprintf(struct mem *mem, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        mem_exhausted();
    char *text = mem_alloc(mem, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *mem_printf(struct mem *mem, const char *format, ...)
{
    char *text;
    MEM_FORMAT(mem, format, text);
    return text;
}

void *mem_grow(struct mem *mem, void *array, size_t count, size_t item_size)
{
    /* The room is always the power of two that holds `count`: full exactly at such a power. */
    if (count != 0 && (count & (count - 1)) != 0)
        return array;
    size_t room = count == 0 ? 1 : count * 2;
    if (room > SIZE_MAX / item_size)
        mem_exhausted();
    void *larger = mem_alloc(mem, room * item_size);
    if (count > 0)
        memcpy(larger, array, count * item_size);
    return larger;
}

void mem_free(struct mem *mem)
{
    struct mem_block *block = mem->blocks;
    mem->blocks = NULL;
    while (block != NULL) {
        struct mem_block *next = block->next;
        free(block);
        block = next;
    }
}

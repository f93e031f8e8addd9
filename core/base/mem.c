#include "mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct mem_block {
    struct mem_block *next;
    max_align_t data[];
};

/* What is kept for the time when there is nothing else: memory is the process's, so this is too. */
static struct {
    mem_rescue *rescue;
    void *context;
    pid_t owner;
    bool at_work;
    unsigned char *reserve; /* allocated, not touched: it costs nothing until it is needed */
    size_t size, used;
} kept;

void mem_keep_rescue(size_t size, mem_rescue *rescue, void *context)
{
    if (kept.at_work)
        return;
    unsigned char *reserve = calloc(1, size); /* the former rescue is there until then */
    if (reserve == NULL)
        mem_exhausted();
    free(kept.reserve);
    kept.reserve = reserve;
    kept.size = size;
    kept.used = 0;
    kept.rescue = rescue;
    kept.context = context;
    kept.owner = getpid();
}

void mem_forget_rescue(void)
{
    if (kept.at_work)
        return;
    kept.rescue = NULL;
    free(kept.reserve);
    kept.reserve = NULL;
}

static void *from_reserve(size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (!kept.at_work || size > kept.size - kept.used)
        return NULL;
    void *data = kept.reserve + kept.used;
    size_t padded = (size + align - 1) / align * align;
    kept.used = padded > kept.size - kept.used ? kept.size : kept.used + padded;
    return data;
}

_Noreturn void mem_exhausted(void)
{
    static const char text[] = "tfhook: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    if (kept.rescue == NULL || kept.at_work || kept.owner != getpid())
        _exit(STATUS_INTERNAL);
    kept.at_work = true;
    _exit((int)kept.rescue(kept.context));
}

/* A fault for each page costs more than all that a page is then used for. */
static void populate_pages(void *data, size_t size)
{
    enum { LARGE = 64 * 1024, PAGE = 4096 };
#ifdef MADV_POPULATE_WRITE
    uintptr_t start = ((uintptr_t)data + PAGE - 1) / PAGE * PAGE;
    if (size >= LARGE)
        (void)madvise((void *)start, (uintptr_t)data + size - start, MADV_POPULATE_WRITE);
#else
    (void)data;
    (void)size;
#endif
}

static void *alloc_block(struct mem *mem, size_t size, bool zeroed)
{
    struct mem_block *block = NULL;
    if (size >= SIZE_MAX - sizeof *block)
        mem_exhausted();
    block = zeroed ? calloc(1, sizeof *block + size) : malloc(sizeof *block + size);
    if (block == NULL && (block = from_reserve(sizeof *block + size)) != NULL) {
        block->next = NULL; /* not in the region: the reserve is not freed by parts */
        return block->data;
    }
    if (block == NULL)
        mem_exhausted();
    block->next = mem->blocks;
    mem->blocks = block;
    return block->data;
}

void *mem_alloc(struct mem *mem, size_t size)
{
    return alloc_block(mem, size, true);
}

void *mem_room(struct mem *mem, size_t size, size_t filled)
{
    void *data = alloc_block(mem, size, false);
    populate_pages(data, filled < size ? filled : size);
    return data;
}

void *mem_copy(struct mem *mem, const void *data, size_t size)
{
    if (size == SIZE_MAX)
        mem_exhausted();
    char *copy = mem_room(mem, size + 1, size);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
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
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(mem, format, args);
    va_end(args);
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

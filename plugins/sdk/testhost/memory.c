#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    max_align_t data[];
};

void testhost_broken(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("testhost: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    abort();
}

void *testhost_alloc(struct testhost *t, size_t size)
{
    struct block *block = calloc(1, sizeof *block + size + 1);
    if (block == NULL)
        testhost_broken("no memory");
    block->next = t->blocks;
    t->blocks = block;
    return block->data;
}

void *testhost_grow(struct testhost *t, void *items, size_t *room, size_t count, size_t size)
{
    /* One more than is used, always: a list of words ends with NULL. */
    if (count + 1 < *room)
        return items;
    *room = *room * 2 + 8;
    void *larger = testhost_alloc(t, *room * size);
    if (count > 0)
        memcpy(larger, items, count * size);
    return larger;
}

struct tfhook_data testhost_copy(struct testhost *t, const void *data, size_t size)
{
    unsigned char *copy = testhost_alloc(t, size);
    if (size > 0)
        memcpy(copy, data, size);
    return (struct tfhook_data){copy, size};
}

const char *testhost_text(struct testhost *t, const char *text)
{
    return text == NULL ? NULL : (const char *)testhost_copy(t, text, strlen(text)).data;
}

char *testhost_vprintf(struct testhost *t, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0)
        testhost_broken("a format that cannot be printed: %s", format);
    char *text = testhost_alloc(t, (size_t)size);
    (void)vsnprintf(text, (size_t)size + 1, format, args);
    return text;
}

char *testhost_printf(struct testhost *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = testhost_vprintf(t, format, args);
    va_end(args);
    return text;
}

void testhost_release(struct testhost *t)
{
    while (t->blocks != NULL) {
        struct block *next = t->blocks->next;
        free(t->blocks);
        t->blocks = next;
    }
}

int testhost_misused(struct testhost *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (t->misuse == NULL)
        t->misuse = testhost_vprintf(t, format, args);
    va_end(args);
    return -EINVAL;
}

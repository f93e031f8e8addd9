/*
 * Memory that lives as long as a command: one region, freed as a whole. Nothing in core frees a
 * single object, so ownership is never a question. Each object is a malloc of its own, which keeps
 * the sanitizers sharp (an obstack would not).
 *
 * Allocation never returns NULL: when memory is out, the process says so and ends with
 * STATUS_INTERNAL. Whatever it leaves half done is settled by the next run, as after a kill.
 */
#ifndef TFHOOK_MEM_H
#define TFHOOK_MEM_H

#include "exit_status.h"

#include <stdarg.h>
#include <stddef.h>

struct mem_block;
struct mem {
    struct mem_block *blocks;
};

/* Bytes that somebody else owns: what a file holds, or a record's field. */
struct blob {
    const unsigned char *data; /* data[size] is a NUL that does not count */
    size_t size;
};

void *mem_alloc(struct mem *mem, size_t size) __attribute__((malloc)); /* zeroed */
char *mem_str(struct mem *mem, const char *text);
char *mem_strn(struct mem *mem, const char *text, size_t size);
void *mem_copy(struct mem *mem, const void *data, size_t size); /* and a NUL behind it */
char *mem_printf(struct mem *mem, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *mem_vprintf(struct mem *mem, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* In a function whose last named parameter is `format`: `ret` becomes the text of that and of the
 * arguments behind it. */
#define MEM_FORMAT(mem, format, ret)                                                               \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        (ret) = mem_vprintf((mem), (format), args);                                                \
        va_end(args);                                                                              \
    } while (0)
/* An array that has `count` items, with room for one more: itself, or a larger copy. */
void *mem_grow(struct mem *mem, void *array, size_t count, size_t item_size);
void mem_free(struct mem *mem);

/* The same end, for callers of a library that has run out of memory. */
_Noreturn void mem_exhausted(void);

/* mem_push(mem, array, count) is the new, zeroed last item of a typed array. */
#define mem_push(mem, array, count)                                                                \
    ((array) = mem_grow((mem), (array), (count), sizeof *(array)), &(array)[(count)++])

#endif

/*
 * Memory of a call. Each call of a plugin is a process of its own, so these pieces are never freed
 * one by one: they live until the process ends, like what the functions of the host return. What
 * can be large (stores, certificates, struct bytes) has owners who free it.
 *
 * None of these functions returns NULL. When memory is out the process ends, and tfhook reports
 * that the step failed, exactly as when a copy of the host's own does not fit.
 *
 * A test or a fuzz target makes many calls in one process; it may call memory_end() between them.
 */
#ifndef TFHOOK_LIB_MEMORY_H
#define TFHOOK_LIB_MEMORY_H

#include <stddef.h>

void *memory_new(size_t size) __attribute__((malloc)); /* zeroed */
char *memory_str(const char *text);
/* Up to a NUL, and at most `size` characters. */
char *memory_strn(const char *text, size_t size);
char *memory_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "LIST, ITEM" where `between` is ", ". Where there is no list yet (NULL) it is the item. */
const char *memory_join(const char *list, const char *between, const char *item);
/* An array that has `count` items, with room for one more: itself, or a larger copy. */
void *memory_grow(void *array, size_t count, size_t item_size);
/* For those whose own allocation failed: the end, as above. */
_Noreturn void memory_exhausted(void);
void memory_end(void);

/* memory_push(array, count) is the new, zeroed last item of a typed array. */
#define memory_push(array, count)                                                                  \
    ((array) = memory_grow((array), (count), sizeof *(array)), &(array)[(count)++])

#endif

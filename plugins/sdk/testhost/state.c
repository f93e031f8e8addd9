#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void end_broken_test(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("testhost: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    abort();
}

int note_misuse(struct testhost *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (t->call.misuse == NULL)
        t->call.misuse = mem_vprintf(&t->mem, format, args);
    va_end(args);
    return -EINVAL;
}

int check_size(struct testhost *t, size_t size, size_t known, const char *name)
{
    if (size < sizeof size || size > 64 * known)
        return note_misuse(t, "struct_size of a struct %s is not set", name);
    return 0;
}

const char *copy_text(struct testhost *t, const char *text)
{
    return text == NULL ? NULL : mem_str(&t->mem, text);
}

struct blob copy_bytes(struct testhost *t, const void *data, size_t size)
{
    return (struct blob){mem_copy(&t->mem, data, size), size};
}

void pairs_add(struct testhost *t, struct pairs *pairs, const char *name, const char *text)
{
    *mem_push(&t->mem, pairs->items, pairs->count) =
        (struct pair){copy_text(t, name), copy_text(t, text)};
}

const char *pairs_find(const struct pairs *pairs, const char *name)
{
    for (size_t i = pairs->count; i > 0; i--)
        if (strcmp(pairs->items[i - 1].name, name) == 0)
            return pairs->items[i - 1].text;
    return NULL;
}

struct tfhook_names names_for_plugin(const struct names *names)
{
    static const char *const none[] = {NULL};
    return (struct tfhook_names){names->count > 0 ? names->names : none, names->count};
}

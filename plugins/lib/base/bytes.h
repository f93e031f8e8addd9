/*
 * A growable run of bytes, for the pure code of the plugins.
 *
 * Order: start with `struct bytes b = {0};`, add, use b.data and b.size, then bytes_free(). When
 * memory is out the process ends (memory.h). `failed` is set by callers that cannot write what they
 * mean to; every later call then does nothing, so that one look at the end is enough.
 * b.data[b.size] is a NUL that does not count (except when nothing was ever added: data is NULL).
 */
#ifndef TFHOOK_LIB_BYTES_H
#define TFHOOK_LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    unsigned char *data;
    size_t size;
    size_t room;
    bool failed;
};

void bytes_reserve(struct bytes *b, size_t more); /* so that adding `more` moves nothing */
void bytes_add(struct bytes *b, const void *data, size_t size);
void bytes_text(struct bytes *b, const char *text);
void bytes_printf(struct bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void bytes_u8(struct bytes *b, unsigned value);
void bytes_u16(struct bytes *b, unsigned value); /* big-endian, as Java has it */
void bytes_u32(struct bytes *b, uint32_t value);
void bytes_u64(struct bytes *b, uint64_t value);
void bytes_free(struct bytes *b);
void bytes_wipe(struct bytes *b); /* the same, for a secret */

#endif

/*
 * SHA-256 of bytes, as lower-case hex: how core tells contents apart.
 */
#ifndef TFHOOK_DIGEST_H
#define TFHOOK_DIGEST_H

#include "mem.h"

#include <stddef.h>

/* Sets up what digests need, once, for this process and the children that inherit it: each of them
 * would do it anew. Before the first child. */
void digest_begin(void);

const char *digest(struct mem *mem, const void *data, size_t size);

/* Of a file, which is not kept; errors are those of file_read(). */
int digest_file(struct mem *mem, const char *path, size_t limit, const char **ret)
    __attribute__((warn_unused_result));

/* The same in two steps, for who keeps many. */
enum { DIGEST_SIZE = 32 };
void digest_make(const void *data, size_t size, unsigned char ret[DIGEST_SIZE]);
const char *digest_text(struct mem *mem, const unsigned char digest[DIGEST_SIZE]);

#endif

/*
 * SHA-256 of bytes, as lower-case hex: how core tells contents apart.
 */
#ifndef TFHOOK_DIGEST_H
#define TFHOOK_DIGEST_H

#include "mem.h"

#include <stddef.h>

/* The process ends (STATUS_INTERNAL) when the library cannot make it. */
const char *digest(struct mem *mem, const void *data, size_t size);

#endif

/*
 * SHA-256 of bytes, as lower-case hex: how core tells contents apart.
 */
#ifndef TFHOOK_DIGEST_H
#define TFHOOK_DIGEST_H

#include "mem.h"

#include <stddef.h>

/* Sets up what digests need, once, for this process and the children that inherit it: each of them
 * would do it anew. Before the first child. */
void digest_init(void);

const char *digest(struct mem *mem, const void *data, size_t size);

/* The same in two steps, for who keeps many. */
enum { DIGEST_SIZE = 32 };
void digest_make(const void *data, size_t size, unsigned char ret[DIGEST_SIZE]);
const char *digest_text(struct mem *mem, const unsigned char digest[DIGEST_SIZE]);

/* And of what comes in parts: digest_begin(), digest_add() each part, digest_end(). One at a time;
 * one that is given up needs no end. */
void digest_begin(void);
void digest_add(const void *data, size_t size);
void digest_end(unsigned char ret[DIGEST_SIZE]);

#endif

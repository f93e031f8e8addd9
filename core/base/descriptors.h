/*
 * Descriptors: closing one, reading and writing all of one, and what a forked process may keep
 * open. The lock, above all, must not live on in a child.
 */
#ifndef TFHOOK_DESCRIPTORS_H
#define TFHOOK_DESCRIPTORS_H

#include "mem.h"

#include <stddef.h>

/* Close it if it is open (not negative), and forget it. errno stays. */
void descriptor_close(int *fd);

/* All of it. 0 or a negated errno. */
int descriptor_write(int fd, const void *data, size_t size);

/* All up to its end, in memory for `limit` bytes. 0 or a negated errno, -EFBIG when there is more.
 */
int descriptor_read(struct mem *mem, int fd, size_t limit, struct blob *ret)
    __attribute__((warn_unused_result));

/* Close every descriptor from 3 on that is not in `keep`. */
void descriptors_close_all_but(const int *keep, size_t count);

/* Those that the invoker has left open from 3 on, e.g. for a logger: noted before any other is
 * opened, and closed in a child. */
void descriptors_note_inherited(struct mem *mem);
void descriptors_close_inherited(void);

#endif

/*
 * What a forked process may keep open: the lock, above all, must not live on in a child.
 */
#ifndef TFHOOK_FDS_H
#define TFHOOK_FDS_H

#include <stddef.h>

/* Close every descriptor from 3 on that is not in `keep`. */
void fds_close_all_but(const int *keep, size_t count);

#endif

/* Bytes that somebody else owns: what a file holds, or a record's field. */
#ifndef TFHOOK_BLOB_H
#define TFHOOK_BLOB_H

#include <stddef.h>

struct blob {
    const unsigned char *data; /* data[size] is a NUL that does not count */
    size_t size;
};

#endif

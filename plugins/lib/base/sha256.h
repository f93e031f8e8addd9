/*
 * SHA-256, by which a certificate is known. Pure.
 *
 * The context is kept for the process: SHA256() of OpenSSL 3 looks the algorithm up at each call,
 * which costs more than hashing a certificate does. False: OpenSSL has no SHA-256, or no memory.
 */
#ifndef TFHOOK_LIB_SHA256_H
#define TFHOOK_LIB_SHA256_H

#include <stdbool.h>
#include <stddef.h>

enum { SHA256_SIZE = 32 };

bool sha256(const void *data, size_t size, unsigned char ret[SHA256_SIZE])
    __attribute__((warn_unused_result));

#endif

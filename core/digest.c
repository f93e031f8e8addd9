#include "digest.h"

#include <openssl/sha.h>

const char *digest(struct mem *mem, const void *data, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char sum[SHA256_DIGEST_LENGTH];
    /* It allocates in OpenSSL 3. A digest that was not made must not be taken for one. */
    if (SHA256(data, size, sum) == NULL)
        mem_exhausted();
    char *text = mem_alloc(mem, 2 * sizeof sum + 1);
    for (size_t i = 0; i < sizeof sum; i++) {
        text[2 * i] = hex[sum[i] >> 4];
        text[2 * i + 1] = hex[sum[i] & 15];
    }
    return text;
}

#include "digest.h"

#include <openssl/evp.h>

const char *digest(struct mem *mem, const void *data, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char sha256[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    /* What was not made must not be taken for a digest. */
    if (EVP_Digest(data, size, sha256, &length, EVP_sha256(), NULL) != 1)
        mem_exhausted();
    char *text = mem_alloc(mem, 2 * length + 1);
    for (unsigned i = 0; i < length; i++) {
        text[2 * i] = hex[sha256[i] >> 4];
        text[2 * i + 1] = hex[sha256[i] & 15];
    }
    return text;
}

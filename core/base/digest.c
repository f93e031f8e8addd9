#include "digest.h"

#include "text.h"

#include <openssl/evp.h>

const char *digest(struct mem *mem, const void *data, size_t size)
{
    unsigned char sha256[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    /* What was not made must not be taken for a digest. */
    if (EVP_Digest(data, size, sha256, &length, EVP_sha256(), NULL) != 1)
        mem_exhausted();
    return text_hex(mem, sha256, length);
}

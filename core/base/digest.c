#include "digest.h"

#include "text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

const char *digest(struct mem *mem, const void *data, size_t size)
{
    /* The library looks for its implementation with each new one, and its clean-up when the process
     * ends is for nothing. */
    static EVP_MD_CTX *context;
    unsigned char sha256[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (context == NULL && OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) == 1)
        context = EVP_MD_CTX_new();
    /* What was not made must not be taken for a digest. */
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(context, data, size) != 1 ||
        EVP_DigestFinal_ex(context, sha256, &length) != 1)
        mem_exhausted();
    return text_hex(mem, sha256, length);
}

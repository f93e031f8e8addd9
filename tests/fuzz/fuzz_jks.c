/* JKS and JCEKS. The digest at the end is made right, so that what is before it is what is tried.
 */
#include "fuzz_store.h"

#include <openssl/sha.h>

static void add_digest(const uint8_t *data, size_t size, unsigned char *to)
{
    static const char password[] = "\0c\0h\0a\0n\0g\0e\0i\0tMighty Aphrodite";
    struct bytes b = {0};
    bytes_add(&b, password, sizeof password - 1);
    bytes_add(&b, data, size);
    require(!b.failed && SHA1(b.data, b.size, to) != NULL);
    bytes_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_store(data, size);
    if (size < SHA_DIGEST_LENGTH)
        return 0;
    unsigned char *sealed = malloc(size);
    require(sealed != NULL);
    memcpy(sealed, data, size);
    add_digest(data, size - SHA_DIGEST_LENGTH, sealed + size - SHA_DIGEST_LENGTH);
    try_store(sealed, size);
    free(sealed);
    return 0;
}

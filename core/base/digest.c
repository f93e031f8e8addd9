#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Made once and begun again and again, which allocates nothing: an undo needs digests just when
 * memory is out. */
static EVP_MD_CTX *made;

static EVP_MD_CTX *begin_context(void)
{
    if (made != NULL)
        return EVP_DigestInit_ex(made, NULL, NULL) == 1 ? made : NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return NULL;
    }
    made = ctx;
    return ctx;
}

void digest_init(void)
{
    /* Nothing is left to be cleaned up at the end of the process. Failures show in digest(). */
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_CONFIG, NULL);
    (void)begin_context();
}

/* A digest that was not made must not be taken for one: each of these succeeds, or the process
 * ends.
 */
void digest_begin(void)
{
    if (begin_context() == NULL)
        mem_exhausted();
}

void digest_add(const void *data, size_t size)
{
    if (EVP_DigestUpdate(made, data, size) != 1)
        mem_exhausted();
}

void digest_end(unsigned char ret[DIGEST_SIZE])
{
    if (EVP_DigestFinal_ex(made, ret, NULL) != 1)
        mem_exhausted();
}

void digest_make(const void *data, size_t size, unsigned char ret[DIGEST_SIZE])
{
    digest_begin();
    digest_add(data, size);
    digest_end(ret);
}

const char *digest_text(struct mem *mem, const unsigned char digest[DIGEST_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    char *text = mem_alloc(mem, 2 * DIGEST_SIZE + 1);
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        text[2 * i] = hex[digest[i] >> 4];
        text[2 * i + 1] = hex[digest[i] & 15];
    }
    return text;
}

const char *digest(struct mem *mem, const void *data, size_t size)
{
    unsigned char sha256[DIGEST_SIZE];
    digest_make(data, size, sha256);
    return digest_text(mem, sha256);
}

#include "digest.h"

#include "file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Made once and begun again and again, which allocates nothing: an undo needs digests just when
 * memory is out. */
static EVP_MD_CTX *begin(void)
{
    static EVP_MD_CTX *made;
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

void digest_begin(void)
{
    /* Nothing is left to be cleaned up at the end of the process. Failures show in digest(). */
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_CONFIG, NULL);
    (void)begin();
}

/* A digest that was not made must not be taken for one. */
static EVP_MD_CTX *must_begin(void)
{
    EVP_MD_CTX *ctx = begin();
    if (ctx == NULL)
        mem_exhausted();
    return ctx;
}

static void add(void *ctx, const unsigned char *data, size_t size)
{
    if (EVP_DigestUpdate(ctx, data, size) != 1)
        mem_exhausted();
}

static void end(EVP_MD_CTX *ctx, unsigned char ret[DIGEST_SIZE])
{
    if (EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
        mem_exhausted();
}

void digest_make(const void *data, size_t size, unsigned char ret[DIGEST_SIZE])
{
    EVP_MD_CTX *ctx = must_begin();
    add(ctx, data, size);
    end(ctx, ret);
}

int digest_file(struct mem *mem, const char *path, size_t limit, const char **ret)
{
    unsigned char made[DIGEST_SIZE];
    EVP_MD_CTX *ctx = must_begin();
    int rc = file_pass(path, limit, add, ctx);
    if (rc < 0)
        return rc;
    end(ctx, made);
    *ret = digest_text(mem, made);
    return 0;
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
    unsigned char made[DIGEST_SIZE];
    digest_make(data, size, made);
    return digest_text(mem, made);
}

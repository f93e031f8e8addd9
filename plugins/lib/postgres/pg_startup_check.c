#include "pg_startup_check.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdbool.h>

/* As SSL_CTX_use_certificate_chain_file(): the first is the server's, the others go along. */
static bool take_file(SSL_CTX *ctx, BIO *file)
{
    X509 *leaf = PEM_read_bio_X509_AUX(file, NULL, NULL, NULL);
    bool good = leaf != NULL && SSL_CTX_use_certificate(ctx, leaf) == 1;
    X509_free(leaf);
    if (!good || ERR_peek_error() != 0)
        return false;
    for (;;) {
        X509 *next = PEM_read_bio_X509(file, NULL, NULL, NULL);
        if (next == NULL)
            return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        if (SSL_CTX_add0_chain_cert(ctx, next) != 1) {
            X509_free(next);
            return false;
        }
    }
}

const char *pg_startup_check_certificates(const void *data, size_t size)
{
    ERR_clear_error();
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    BIO *file = size > INT_MAX ? NULL : BIO_new_mem_buf(data, (int)size);
    const char *why = NULL;
    if (ctx == NULL || file == NULL)
        why = "out of memory";
    else if (!take_file(ctx, file)) {
        why = ERR_reason_error_string(ERR_peek_error());
        why = why != NULL ? why : "no reason is known";
    }
    BIO_free(file);
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return why;
}

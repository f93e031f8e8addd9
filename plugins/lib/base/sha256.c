#include "sha256.h"

#include <openssl/evp.h>

bool sha256(const void *data, size_t size, unsigned char ret[SHA256_SIZE])
{
    static EVP_MD_CTX *context;
    if (context == NULL) {
        EVP_MD_CTX *made = EVP_MD_CTX_new();
        if (made == NULL || EVP_DigestInit_ex(made, EVP_sha256(), NULL) != 1) {
            EVP_MD_CTX_free(made);
            return false;
        }
        context = made;
    } else if (EVP_DigestInit_ex(context, NULL, NULL) != 1) {
        return false;
    }
    return EVP_DigestUpdate(context, data, size) == 1 &&
           EVP_DigestFinal_ex(context, ret, NULL) == 1;
}

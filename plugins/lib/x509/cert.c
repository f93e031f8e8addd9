#include "cert.h"

#include "bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

const char *cert_status_text(enum cert_status status)
{
    static const char *const texts[] = {
        [CERT_OK] = "holds a certificate",
        [CERT_NONE] = "holds no certificate",
        [CERT_PRIVATE_KEY] = "holds a private key, or is a key store that may hold one",
        [CERT_BROKEN] = "holds a certificate that is cut off or garbled",
        [CERT_MEMORY] = "cannot be read: out of memory",
    };
    return texts[status];
}

void cert_list_free(struct cert_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->certs[i].der);
    free(list->certs);
    *list = (struct cert_list){0};
}

bool cert_list_add(struct cert_list *list, const void *der, size_t size)
{
    if (size == 0 || list->count >= SIZE_MAX / sizeof(struct cert) - 1)
        return false;
    struct cert *certs = realloc(list->certs, (list->count + 1) * sizeof(*certs));
    if (certs == NULL)
        return false;
    list->certs = certs;
    struct cert *cert = &certs[list->count];
    cert->der = malloc(size);
    if (cert->der == NULL)
        return false;
    memcpy(cert->der, der, size);
    cert->size = size;
    if (SHA256(cert->der, size, cert->sha256) == NULL) {
        free(cert->der);
        return false;
    }
    list->count++;
    return true;
}

void cert_hex(const unsigned char sha256[CERT_SHA256_SIZE], char ret[CERT_SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < CERT_SHA256_SIZE; i++) {
        ret[2 * i] = digits[sha256[i] >> 4];
        ret[2 * i + 1] = digits[sha256[i] & 15];
    }
    ret[CERT_SHA256_HEX_SIZE - 1] = '\0';
}

bool cert_hex_parse(const char *text, unsigned char ret[CERT_SHA256_SIZE])
{
    unsigned char raw[CERT_SHA256_SIZE];
    for (size_t i = 0; i < CERT_SHA256_SIZE; i++) {
        if (i > 0 && *text == ':')
            text++;
        int high = OPENSSL_hexchar2int((unsigned char)text[0]);
        int low = high < 0 ? -1 : OPENSSL_hexchar2int((unsigned char)text[1]);
        if (low < 0)
            return false;
        raw[i] = (unsigned char)(high * 16 + low);
        text += 2;
    }
    if (*text != '\0')
        return false;
    memcpy(ret, raw, sizeof(raw));
    return true;
}

void cert_pem(const void *der, size_t size, struct bytes *out)
{
    enum { LINE = 48 };
    unsigned char line[LINE / 3 * 4 + 1];
    const unsigned char *at = der;
    bytes_text(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t done = 0; done < size; done += LINE) {
        size_t piece = size - done < LINE ? size - done : LINE;
        int length = EVP_EncodeBlock(line, at + done, (int)piece);
        bytes_add(out, line, (size_t)length);
        bytes_u8(out, '\n');
    }
    bytes_text(out, "-----END CERTIFICATE-----\n");
}

#include "cert_text.h"

void cert_text_facts(struct bytes *out, const struct cert_facts *facts,
                     const unsigned char sha256[CERT_SHA256_SIZE])
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    bytes_printf(out, "%s  expires %s  SHA-256 %s",
                 *facts->subject == '\0' ? facts->names : facts->subject, facts->not_after_day,
                 hex);
}

void cert_text(struct bytes *out, const void *der, size_t size,
               const unsigned char sha256[CERT_SHA256_SIZE])
{
    struct cert_facts facts;
    char hex[CERT_SHA256_HEX_SIZE];
    if (cert_facts_of(der, size, &facts) == 0) {
        cert_text_facts(out, &facts, sha256);
        cert_facts_free(&facts);
        return;
    }
    cert_hex(sha256, hex);
    bytes_printf(out, "(does not decode)  SHA-256 %s", hex);
}

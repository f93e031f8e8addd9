#include "cert_text.h"

#include "memory.h"

const char *cert_text_facts(const struct cert_facts *facts,
                            const unsigned char sha256[CERT_SHA256_SIZE])
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    return memory_printf("%s  expires %s  SHA-256 %s",
                         *facts->subject == '\0' ? facts->names : facts->subject,
                         facts->not_after_day, hex);
}

const char *cert_text(const void *der, size_t size, const unsigned char sha256[CERT_SHA256_SIZE])
{
    struct cert_facts facts;
    char hex[CERT_SHA256_HEX_SIZE];
    if (cert_facts_of(der, size, &facts) == 0) {
        const char *text = cert_text_facts(&facts, sha256);
        cert_facts_free(&facts);
        return text;
    }
    cert_hex(sha256, hex);
    return memory_printf("(does not decode)  SHA-256 %s", hex);
}

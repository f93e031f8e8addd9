#include "text.h"

#include "../lib/cert.h"

void import_text_certificate(struct bytes *out, const void *der, size_t size,
                             const unsigned char sha256[32])
{
    struct cert_facts facts;
    if (cert_facts_of(der, size, &facts) == 0) {
        bytes_printf(out, "%s  expires %s  ", *facts.subject == '\0' ? facts.names : facts.subject,
                     facts.not_after_day);
        cert_facts_free(&facts);
    } else {
        bytes_text(out, "(does not decode)  ");
    }
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    bytes_printf(out, "SHA-256 %s", hex);
}

void import_text_jvm(struct bytes *out, const struct jvm *jvm)
{
    if (jvm->pid == 0)
        bytes_text(out, jvm->home);
    else
        bytes_printf(out, "process %ld (%s%s, %s)", jvm->pid, jvm->runs,
                     jvm->teamforge ? " of TeamForge" : "", jvm->home);
}

void import_text_count(struct bytes *out, size_t count, const char *noun)
{
    bytes_printf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

#include "plan_text.h"

void plan_text_facts(struct bytes *out, const struct cert_facts *facts,
                     const unsigned char sha256[32])
{
    char hex[CERT_SHA256_HEX_SIZE];
    cert_hex(sha256, hex);
    bytes_printf(out, "%s  expires %s  SHA-256 %s",
                 *facts->subject == '\0' ? facts->names : facts->subject, facts->not_after_day,
                 hex);
}

void plan_text_certificate(struct bytes *out, const void *der, size_t size,
                           const unsigned char sha256[32])
{
    struct cert_facts facts;
    char hex[CERT_SHA256_HEX_SIZE];
    if (cert_facts_of(der, size, &facts) == 0) {
        plan_text_facts(out, &facts, sha256);
        cert_facts_free(&facts);
        return;
    }
    cert_hex(sha256, hex);
    bytes_printf(out, "(does not decode)  SHA-256 %s", hex);
}

/* Java takes exactly this certificate all the same, whatever its dates; other clients do not. */
void plan_text_doubts(struct bytes *out, const struct cert_facts *facts, int64_t now)
{
    if (facts->not_after < now)
        bytes_printf(out,
                     "expired on %s; Java accepts it from its store all the same, other clients do "
                     "not: renew it",
                     facts->not_after_day);
    else if (facts->not_before > now)
        bytes_text(out, "is not valid yet: is the clock of this host right?");
    if (facts->weak_signature)
        bytes_printf(out, "%sis signed with MD5 or SHA-1, which clients refuse: renew it",
                     out->size > 0 ? "; it " : "");
    if (facts->key_is_rsa && facts->key_bits < 2048)
        bytes_printf(out,
                     "%shas an RSA key of %d bits, and 2048 are the least that are safe: renew it",
                     out->size > 0 ? "; it " : "", facts->key_bits);
}

void plan_text_jvm(struct bytes *out, const struct jvm *jvm)
{
    if (jvm->token != NULL)
        bytes_printf(out, "the JVM of %s", jvm->token);
    else if (jvm->pid == 0)
        bytes_text(out, jvm->home);
    else
        bytes_printf(out, "process %ld (%s%s, %s)", jvm->pid, jvm->runs,
                     jvm->teamforge ? " of TeamForge" : "", jvm->home);
}

void plan_text_count(struct bytes *out, size_t count, const char *noun)
{
    bytes_printf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

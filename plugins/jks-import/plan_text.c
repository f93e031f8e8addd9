#include "plan_text.h"

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

void plan_text_count(struct bytes *out, size_t count, const char *noun)
{
    bytes_printf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

#include "plan_text.h"

#include "memory.h"

/* Java takes exactly this certificate all the same, whatever its dates; other clients do not. */
const char *plan_text_doubts(const struct cert_facts *facts, int64_t now)
{
    static const char between[] = "; it ";
    const char *text = NULL;
    if (facts->not_after < now)
        text = memory_printf(
            "expired on %s; Java accepts it from its store all the same, other clients do not: "
            "renew it",
            facts->not_after_day);
    else if (facts->not_before > now)
        text = "is not valid yet: is the clock of this host right?";
    if (facts->weak_signature)
        text = memory_join(text, between,
                           "is signed with MD5 or SHA-1, which clients refuse: renew it");
    if (facts->key_is_rsa && facts->key_bits < 2048)
        text = memory_join(
            text, between,
            memory_printf(
                "has an RSA key of %d bits, and 2048 are the least that are safe: renew it",
                facts->key_bits));
    return text;
}

const char *plan_text_count(size_t count, const char *noun)
{
    return memory_printf("%zu %s%s", count, noun, count == 1 ? "" : "s");
}

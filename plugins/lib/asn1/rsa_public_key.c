#include "rsa_public_key.h"

static size_t bits_of(const struct der *integer)
{
    const unsigned char *at = integer->content.at, *end = integer->content.end;
    if (at < end && (*at & 0x80) != 0)
        return 0;
    while (at < end && *at == 0)
        at++;
    if (at == end)
        return 0;
    size_t bits = 8 * (size_t)(end - at);
    for (unsigned mask = 0x80; (*at & mask) == 0; mask >>= 1)
        bits--;
    return bits;
}

static bool is_plain(const struct der *integer)
{
    const unsigned char *at = integer->content.at;
    size_t size = der_size(&integer->content);
    return size > 0 && (at[size - 1] & 1) != 0 && (size == 1 || at[0] != 0 || (at[1] & 0x80) != 0);
}

bool rsa_public_key_read(const struct der *bit_string, struct rsa_public_key *ret)
{
    struct der_span body = bit_string->content;
    struct der pair, modulus, exponent;
    if (der_size(&body) < 1 || *body.at++ != 0 || !der_expect(&body, DER_TAG_SEQUENCE, &pair) ||
        !der_end(&body) || !der_expect(&pair.content, DER_TAG_INTEGER, &modulus) ||
        !der_expect(&pair.content, DER_TAG_INTEGER, &exponent) || !der_end(&pair.content))
        return false;
    *ret = (struct rsa_public_key){.bits = bits_of(&modulus),
                                   .exponent_bits = bits_of(&exponent),
                                   .plain = is_plain(&modulus) && is_plain(&exponent)};
    return true;
}

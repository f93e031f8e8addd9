/* SHA-256 (FIPS 180-4), for the digests of staged changes: a test needs no library for it. The
 * constants are made as the standard defines them, from the roots of the first primes. */
#include "state.h"

#include <stdint.h>
#include <string.h>

struct sha {
    uint32_t k[64], h[8];
};

/* The first 32 bits of the fraction of a number's root of this degree (2 or 3), exactly: the
 * greatest r whose power is at most n * 2^(32 * degree). */
static uint32_t root_fraction(uint32_t n, int degree)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t root = 0;
    for (int bit = 36; bit >= 0; bit--) {
        uint64_t tried = root | (uint64_t)1 << bit;
        wide power = (wide)tried * tried;
        if (degree == 3)
            power *= tried;
        if (power <= (wide)n << (32 * degree))
            root = tried;
    }
    return (uint32_t)root;
}

static void set_up(struct sha *sha)
{
    uint32_t n = 2;
    for (size_t count = 0; count < 64; n++) {
        bool prime = true;
        for (uint32_t d = 2; d * d <= n; d++)
            prime = prime && n % d != 0;
        if (!prime)
            continue;
        sha->k[count] = root_fraction(n, 3);
        if (count < 8)
            sha->h[count] = root_fraction(n, 2);
        count++;
    }
}

static uint32_t rotate_right(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static void add_block(struct sha *sha, const unsigned char *block)
{
    uint32_t w[64], s[8];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = 16; i < 64; i++)
        w[i] = w[i - 16] +
               (rotate_right(w[i - 15], 7) ^ rotate_right(w[i - 15], 18) ^ w[i - 15] >> 3) +
               w[i - 7] +
               (rotate_right(w[i - 2], 17) ^ rotate_right(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, sha->h, sizeof s);
    for (size_t i = 0; i < 64; i++) {
        uint32_t a = s[7] +
                     (rotate_right(s[4], 6) ^ rotate_right(s[4], 11) ^ rotate_right(s[4], 25)) +
                     ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha->k[i] + w[i];
        uint32_t b = (rotate_right(s[0], 2) ^ rotate_right(s[0], 13) ^ rotate_right(s[0], 22)) +
                     ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += a;
        s[0] = a + b;
    }
    for (size_t i = 0; i < 8; i++)
        sha->h[i] += s[i];
}

const char *testhost_sha256(struct testhost *t, const void *data, size_t size)
{
    struct sha sha = {{0}, {0}};
    unsigned char last[128] = {0};
    const unsigned char *bytes = data;
    size_t whole = size / 64 * 64, rest = size - whole;
    set_up(&sha);
    for (size_t at = 0; at < whole; at += 64)
        add_block(&sha, bytes + at);
    if (rest > 0)
        memcpy(last, bytes + whole, rest);
    last[rest] = 0x80;
    size_t end = rest < 56 ? 64 : 128;
    for (size_t i = 0; i < 8; i++)
        last[end - 1 - i] = (unsigned char)((uint64_t)size * 8 >> (8 * i));
    for (size_t at = 0; at < end; at += 64)
        add_block(&sha, last + at);
    char *text = testhost_alloc(t, SHA256_TEXT);
    for (size_t i = 0; i < 64; i++)
        text[i] = "0123456789abcdef"[sha.h[i / 8] >> (28 - 4 * (i % 8)) & 15];
    return text;
}

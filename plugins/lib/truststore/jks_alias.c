#include "jks_alias.h"

#include <limits.h>
#include <locale.h>
#include <openssl/asn1.h>
#include <string.h>
#include <wctype.h>

enum { REPLACEMENT = 0xFFFD, SPECIAL_I = 0x130, DOT_ABOVE = 0x307 };

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

static uint32_t read_unit(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static void put_code(struct bytes *out, uint32_t code)
{
    if (code >= 0x10000) {
        bytes_u16(out, 0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    bytes_u16(out, code);
}

/* The code point at *at, which moves behind it; a lone surrogate is given as it is. */
static uint32_t take_code(const struct bytes *alias, size_t *at)
{
    uint32_t unit = read_unit(alias->data + *at);
    *at += 2;
    if (!is_high(unit) || *at == alias->size || !is_low(read_unit(alias->data + *at)))
        return unit;
    uint32_t low = read_unit(alias->data + *at);
    *at += 2;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

/* As readUTF(): units of one, two or three bytes, over-long forms included, nothing above U+FFFF.
 * Returns the bytes taken, 0 when they are malformed. */
static size_t modified_unit(const unsigned char *data, size_t left, uint32_t *ret)
{
    size_t need = data[0] < 0x80             ? 1
                  : (data[0] & 0xE0) == 0xC0 ? 2
                  : (data[0] & 0xF0) == 0xE0 ? 3
                                             : 0;
    if (need == 0 || need > left)
        return 0;
    uint32_t unit = need == 1 ? data[0] : need == 2 ? data[0] & 0x1Fu : data[0] & 0x0Fu;
    for (size_t i = 1; i < need; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
        unit = unit << 6 | (data[i] & 0x3Fu);
    }
    *ret = unit;
    return need;
}

bool jks_alias_from_modified_utf8(const unsigned char *data, size_t size, struct bytes *out,
                                  size_t *ret_bad)
{
    uint32_t unit = 0;
    for (size_t at = 0, took; at < size; at += took) {
        took = modified_unit(data + at, size - at, &unit);
        if (took == 0) {
            *ret_bad = at;
            return false;
        }
        bytes_u16(out, unit);
    }
    return true;
}

void jks_alias_from_utf16be(const unsigned char *data, size_t size, struct bytes *out)
{
    for (size_t at = 0; at < size; at += 2) {
        uint32_t unit = read_unit(data + at);
        bool pair = is_high(unit) && at + 2 < size && is_low((uint32_t)data[at + 2] << 8);
        bytes_u16(out, is_low(unit) || (is_high(unit) && !pair) ? REPLACEMENT : unit);
        if (!is_high(unit) || at + 2 == size)
            continue;
        at += 2; /* the other half of the pair, or what Java's decoder drops with a lone half */
        if (pair)
            bytes_add(out, data + at, 2);
    }
}

bool jks_alias_from_utf8(const char *text, struct bytes *out)
{
    size_t left = strlen(text);
    unsigned long code = 0;
    for (int took; left > 0; text += took, left -= (size_t)took) {
        took = UTF8_getc((const unsigned char *)text, left < INT_MAX ? (int)left : INT_MAX, &code);
        if (took <= 0 || code > 0x10FFFF || is_high((uint32_t)code) || is_low((uint32_t)code))
            return false;
        put_code(out, (uint32_t)code);
    }
    return true;
}

/* Of U+0130, which alone has two code points in lower case, the first. */
static uint32_t fold_code(uint32_t code)
{
    static locale_t letters;
    if (letters == (locale_t)0)
        letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (letters == (locale_t)0) /* a system without it: ASCII */
        letters = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    return code == SPECIAL_I ? 'i' : (uint32_t)towlower_l(code, letters);
}

void jks_alias_fold(const struct bytes *alias, struct bytes *out)
{
    for (size_t at = 0; at < alias->size;) {
        uint32_t code = take_code(alias, &at);
        put_code(out, fold_code(code));
        if (code == SPECIAL_I)
            put_code(out, DOT_ABOVE);
    }
}

static void put_utf8(struct bytes *out, uint32_t code)
{
    static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    unsigned trail = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes_u8(out, lead[trail] | code >> (6 * trail));
    while (trail-- > 0)
        bytes_u8(out, 0x80 | ((code >> (6 * trail)) & 0x3F));
}

static char *finish_text(struct bytes *out)
{
    bytes_add(out, "", 0); /* an empty alias is a text too */
    if (!out->failed)
        return (char *)out->data;
    bytes_free(out);
    return NULL;
}

char *jks_alias_text(const struct bytes *alias)
{
    struct bytes out = {0};
    for (size_t at = 0; at < alias->size;) {
        uint32_t code = take_code(alias, &at);
        put_utf8(&out, code == 0 || is_high(code) || is_low(code) ? (uint32_t)REPLACEMENT : code);
    }
    return finish_text(&out);
}

char *jks_alias_exact(const struct bytes *alias)
{
    struct bytes out = {0};
    for (size_t at = 0; at < alias->size; at += 2) {
        uint32_t unit = read_unit(alias->data + at);
        if (unit == 0)
            bytes_add(&out, "\xC0\x80", 2);
        else
            put_utf8(&out, unit);
    }
    return finish_text(&out);
}

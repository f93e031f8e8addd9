#include "jks_alias.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum { REPLACEMENT = 0xFFFD, SPECIAL_I = 0x130, DOT_ABOVE = 0x307 };

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* Room for `most` units; malloc(0) may be NULL. */
static int make_units(size_t most, struct jks_alias *ret)
{
    uint16_t *units = calloc(most + 1, sizeof *units);
    if (units == NULL)
        return JKS_ALIAS_MEMORY;
    *ret = (struct jks_alias){.units = units};
    return 0;
}

static void put_code(struct jks_alias *alias, uint32_t code)
{
    if (code >= 0x10000) {
        alias->units[alias->count++] = (uint16_t)(0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    alias->units[alias->count++] = (uint16_t)code;
}

/* The code point at *at, which moves behind it; a lone surrogate is given as it is. */
static uint32_t take_code(const struct jks_alias *alias, size_t *at)
{
    uint32_t unit = alias->units[(*at)++];
    if (!is_high(unit) || *at == alias->count || !is_low(alias->units[*at]))
        return unit;
    return 0x10000 + ((unit - 0xD800) << 10) + (alias->units[(*at)++] - 0xDC00u);
}

/* As readUTF(): units of one, two or three bytes, over-long forms included, nothing above U+FFFF.
 * Returns the bytes taken, 0 when they are malformed. */
static size_t modified_unit(const unsigned char *data, size_t left, uint16_t *ret)
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
    *ret = (uint16_t)unit;
    return need;
}

int jks_alias_from_modified_utf8(const unsigned char *data, size_t size, struct jks_alias *ret,
                                 size_t *ret_bad)
{
    struct jks_alias alias;
    if (make_units(size, &alias) != 0)
        return JKS_ALIAS_MEMORY;
    for (size_t at = 0; at < size;) {
        size_t took = modified_unit(data + at, size - at, &alias.units[alias.count]);
        if (took == 0) {
            *ret_bad = at;
            jks_alias_free(&alias);
            return JKS_ALIAS_MALFORMED;
        }
        alias.count++;
        at += took;
    }
    *ret = alias;
    return 0;
}

int jks_alias_from_utf16be(const unsigned char *data, size_t size, struct jks_alias *ret)
{
    if (size % 2 != 0)
        return JKS_ALIAS_MALFORMED;
    struct jks_alias alias;
    if (make_units(size / 2, &alias) != 0)
        return JKS_ALIAS_MEMORY;
    for (size_t at = 0; at < size; at += 2) {
        uint16_t unit = (uint16_t)(data[at] << 8 | data[at + 1]);
        bool pair = is_high(unit) && at + 2 < size && is_low((uint32_t)data[at + 2] << 8);
        if (is_low(unit) || (is_high(unit) && !pair))
            alias.units[alias.count++] = REPLACEMENT;
        else
            alias.units[alias.count++] = unit;
        if (!is_high(unit) || at + 2 == size)
            continue;
        at += 2; /* the other half of the pair, or what Java's decoder drops with a lone half */
        if (pair)
            alias.units[alias.count++] = (uint16_t)(data[at] << 8 | data[at + 1]);
    }
    *ret = alias;
    return 0;
}

/* One code point of strict UTF-8; 0 bytes when it is malformed. */
static size_t utf8_code(const unsigned char *text, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = text[0];
    size_t need = code < 0x80             ? 1
                  : (code & 0xE0) == 0xC0 ? 2
                  : (code & 0xF0) == 0xE0 ? 3
                  : (code & 0xF8) == 0xF0 ? 4
                                          : 0;
    if (need == 0)
        return 0;
    if (need > 1)
        code &= 0x7Fu >> need;
    for (size_t i = 1; i < need; i++) {
        if ((text[i] & 0xC0) != 0x80) /* the NUL at the end is none either */
            return 0;
        code = code << 6 | (text[i] & 0x3Fu);
    }
    if (code < least[need] || code > 0x10FFFF || is_high(code) || is_low(code))
        return 0;
    *ret = code;
    return need;
}

int jks_alias_from_utf8(const char *text, struct jks_alias *ret)
{
    struct jks_alias alias;
    if (make_units(strlen(text), &alias) != 0)
        return JKS_ALIAS_MEMORY;
    for (size_t at = 0; text[at] != '\0';) {
        uint32_t code = 0;
        size_t took = utf8_code((const unsigned char *)text + at, &code);
        if (took == 0) {
            jks_alias_free(&alias);
            return JKS_ALIAS_MALFORMED;
        }
        put_code(&alias, code);
        at += took;
    }
    *ret = alias;
    return 0;
}

int jks_alias_fold(const struct jks_alias *alias, struct jks_alias *ret)
{
    struct jks_alias folded;
    if (make_units(2 * alias->count, &folded) != 0)
        return JKS_ALIAS_MEMORY;
    for (size_t at = 0; at < alias->count;) {
        uint32_t code = take_code(alias, &at);
        put_code(&folded, jks_fold(code));
        if (code == SPECIAL_I)
            put_code(&folded, DOT_ABOVE);
    }
    *ret = folded;
    return 0;
}

void jks_alias_free(struct jks_alias *alias)
{
    free(alias->units);
    *alias = (struct jks_alias){0};
}

/* The trail bytes of a UTF-8 sequence. */
static void put_trail(struct bytes *out, uint32_t code, unsigned count)
{
    while (count-- > 0)
        bytes_u8(out, 0x80 | ((code >> (6 * count)) & 0x3F));
}

static void put_utf8(struct bytes *out, uint32_t code)
{
    if (code < 0x80) {
        bytes_u8(out, code);
    } else if (code < 0x800) {
        bytes_u8(out, 0xC0 | code >> 6);
        put_trail(out, code, 1);
    } else if (code < 0x10000) {
        bytes_u8(out, 0xE0 | code >> 12);
        put_trail(out, code, 2);
    } else {
        bytes_u8(out, 0xF0 | code >> 18);
        put_trail(out, code, 3);
    }
}

static char *finish_text(struct bytes *out)
{
    bytes_add(out, "", 0); /* an empty alias is a text too */
    if (!out->failed)
        return (char *)out->data;
    bytes_free(out);
    return NULL;
}

char *jks_alias_text(const struct jks_alias *alias)
{
    struct bytes out = {0};
    for (size_t at = 0; at < alias->count;) {
        uint32_t code = take_code(alias, &at);
        put_utf8(&out, code == 0 || is_high(code) || is_low(code) ? (uint32_t)REPLACEMENT : code);
    }
    return finish_text(&out);
}

char *jks_alias_exact(const struct jks_alias *alias)
{
    struct bytes out = {0};
    for (size_t at = 0; at < alias->count; at++) {
        if (alias->units[at] == 0)
            bytes_add(&out, "\xC0\x80", 2);
        else
            put_utf8(&out, alias->units[at]);
    }
    return finish_text(&out);
}

#include "java_der_values.h"

#include <ctype.h>
#include <string.h>

enum {
    TAG_CONSTRUCTED = 0x20,
    TAG_UTC = 0x17,
    TAG_GENERALIZED = 0x18,
    LEAST_UTC = 11,
    MOST_UTC = 17,
    LEAST_GENERALIZED = 13,
    MOST_OID = 4096
};

bool java_takes_elements(struct der_span elements, unsigned depth)
{
    struct der element;
    while (!der_end(&elements)) {
        if (depth == 0 || !der_next(&elements, &element))
            return false;
        if ((element.tag & TAG_CONSTRUCTED) != 0 &&
            !java_takes_elements(element.content, depth - 1))
            return false;
    }
    return true;
}

bool java_takes_oid(const struct der *oid)
{
    size_t size = der_size(&oid->content);
    if (oid->tag != DER_TAG_OID || size == 0 || size > MOST_OID)
        return false;
    bool first = true; /* of a base-128 number, which has no leading zero digit */
    for (const unsigned char *at = oid->content.at; at < oid->content.end; at++) {
        if (first && *at == 0x80)
            return false;
        first = (*at & 0x80) == 0;
    }
    return first;
}

bool java_takes_bits(const struct der *bits)
{
    size_t size = der_size(&bits->content);
    return size > 0 && bits->content.at[0] <= 7 && (size > 1 || bits->content.at[0] == 0);
}

/* Two digits; -1 when they are none, or more than `most`. */
static int take_pair(struct der_span *text, int most)
{
    const unsigned char *at = text->at;
    if (der_size(text) < 2 || !isdigit(at[0]) || !isdigit(at[1]))
        return -1;
    text->at += 2;
    int value = 10 * (at[0] - '0') + (at[1] - '0');
    return value <= most ? value : -1;
}

/* Z, or an offset in hours and minutes. */
static bool takes_zone(struct der_span text)
{
    if (der_size(&text) == 1)
        return *text.at == 'Z';
    if (der_size(&text) != 5 || (*text.at != '+' && *text.at != '-'))
        return false;
    text.at++;
    return take_pair(&text, 23) >= 0 && take_pair(&text, 59) >= 0;
}

/* Digits behind a point or a comma. */
static bool take_fraction(struct der_span *text)
{
    if (*text->at != '.' && *text->at != ',')
        return true;
    const unsigned char *start = ++text->at;
    while (text->at < text->end && isdigit(*text->at))
        text->at++;
    return text->at > start && text->at < text->end;
}

bool java_takes_time(const struct der *time)
{
    struct der_span text = time->content;
    size_t size = der_size(&text);
    bool generalized = time->tag == TAG_GENERALIZED;
    if (generalized ? size < LEAST_GENERALIZED
                    : time->tag != TAG_UTC || size < LEAST_UTC || size > MOST_UTC)
        return false;
    if (generalized && take_pair(&text, 99) < 0)
        return false;
    if (take_pair(&text, 99) < 0 || take_pair(&text, 12) <= 0 || take_pair(&text, 31) <= 0 ||
        take_pair(&text, 23) < 0 || take_pair(&text, 59) < 0)
        return false;
    /* Java looks at how much is left, not at what: seconds are there when it is more than two. */
    size_t left = der_size(&text);
    if (left > 2 && take_pair(&text, 59) < 0)
        return false;
    if (left > 2 && generalized && !der_end(&text) && !take_fraction(&text))
        return false;
    return takes_zone(text);
}

/* { OID, value } */
static bool takes_assertion(const struct der *assertion)
{
    struct der_span body = assertion->content;
    struct der oid, value;
    if (!der_next(&body, &oid) || !java_takes_oid(&oid) || !der_next(&body, &value) ||
        !der_end(&body))
        return false;
    if (value.tag != DER_TAG_BMP)
        return true;
    /* JDK 25 takes no surrogates here. */
    bool sound = der_size(&value.content) % 2 == 0;
    for (const unsigned char *at = value.content.at; sound && at < value.content.end; at += 2)
        sound = (*at & 0xF8) != 0xD8;
    return sound;
}

bool java_takes_name(struct der_span name, bool *ret_empty)
{
    *ret_empty = true;
    while (!der_end(&name)) {
        struct der set, assertion;
        if (!der_expect(&name, DER_TAG_SET, &set))
            return false;
        while (!der_end(&set.content)) {
            if (!der_expect(&set.content, DER_TAG_SEQUENCE, &assertion) ||
                !takes_assertion(&assertion))
                return false;
            *ret_empty = false;
        }
    }
    return true;
}

bool java_takes_algorithm(struct der_span algorithm, struct der *ret_oid,
                          struct der *ret_parameters)
{
    *ret_parameters = (struct der){0};
    if (!der_next(&algorithm, ret_oid) || !java_takes_oid(ret_oid))
        return false;
    if (der_end(&algorithm))
        return true;
    if (!der_next(&algorithm, ret_parameters) || !der_end(&algorithm))
        return false;
    if (ret_parameters->tag != DER_TAG_NULL)
        return true;
    bool sound = der_end(&ret_parameters->content);
    *ret_parameters = (struct der){0};
    return sound;
}

/* CurveDB of JDK 25; each row the curves below one name, by the last number. */
static const struct {
    const char *prefix;
    size_t prefix_size;
    unsigned char sizes[40];
} curves[] = {
    {"\x2A\x86\x48\xCE\x3D\x03\x01", 7, {0, 24, 24, 24, 30, 30, 30, 32}},
    {"\x2B\x81\x04\x00", 4, {0,  21, 21, 30, 15, 15, 14, 14, 20, 20, 32, 0,  0,  0,
                             0,  21, 36, 36, 0,  0,  0,  0,  17, 17, 25, 25, 30, 30,
                             16, 16, 20, 24, 28, 28, 48, 66, 52, 52, 72, 72}},
    {"\x2B\x24\x03\x03\x02\x08\x01\x01", 8, {0, 20, 0, 24, 0, 28, 0, 32, 0, 40, 0, 48, 0, 64}},
    {"\x2A\x86\x48\xCE\x3D\x03\x00", 7, {0,  21, 21, 21, 22, 24, 24, 24, 0,  0, 26,
                                         30, 30, 30, 0,  0,  34, 38, 45, 46, 54}},
};

size_t java_curve_size(const struct der *name)
{
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        unsigned last = der_oid_last(name, curves[i].prefix, curves[i].prefix_size);
        if (last != 0)
            return last < sizeof curves[i].sizes ? curves[i].sizes[last] : 0;
    }
    return 0;
}

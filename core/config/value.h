/*
 * A value of the config, taken apart by the type of its key: the one place that knows the types,
 * for the keys of plugins and for tfhook's own.
 *
 *     value_read(&problems, &key, ini_find(entries, count, key.name), NULL, &setting)
 */
#ifndef TFHOOK_VALUE_H
#define TFHOOK_VALUE_H

#include "ini_text.h"

#include <tfhook/plugin.h>

struct setting {
    const struct tfhook_key *key;
    const char *origin; /* "tfhook.ini:12: " or "" for a default */
    const char *value;  /* NULL: absent, or a list */
    struct names items; /* a list */
    long number;        /* TFHOOK_NUMBER; TFHOOK_FLAG: 0 or 1 */
};

/* Reads the entry's value, or the key's default where `entry` is NULL; without a default *ret then
 * holds nothing but the key. What does not fit the type is added to the problems. `cwd`, when not
 * NULL, makes relative paths absolute: only for the command line. */
void value_read(const struct ini_problems *problems, const struct tfhook_key *key,
                const struct ini_entry *entry, const char *cwd, struct setting *ret);

/* Adds the names of the keys. */
void value_key_names(struct mem *mem, const struct tfhook_key *keys, size_t count,
                     struct names *names);

/* Adds to the problems that `owner` has no key of an entry's name, for each that is not `valid`.
 * `only_near`: not for one that is unlike all of them. */
void value_refuse_unknown(const struct ini_problems *problems, const char *owner,
                          const struct ini_entry *entries, size_t count, const struct names *valid,
                          bool only_near);

#endif

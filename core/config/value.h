/*
 * A value of the config, taken apart by the type of its key: the one place that knows the types,
 * for the keys of plugins and for tfhook's own.
 *
 *     value_read(mem, &key, entry, origin, NULL, &setting, &problems)
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

/* The entry's value, or the key's default where `entry` is NULL; neither: all of *ret is empty but
 * the key. `cwd`, when not NULL, makes relative paths absolute: only for the command line. Each
 * problem begins with the origin; the setting then holds the text as it was written. */
void value_read(struct mem *mem, const struct tfhook_key *key, const struct ini_entry *entry,
                const char *origin, const char *cwd, struct setting *ret, struct names *problems);

/* Adds the names of the keys. */
void value_key_names(struct mem *mem, const struct tfhook_key *keys, size_t count,
                     struct names *names);

#endif

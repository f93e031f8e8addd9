/*
 * A step's values: its entries, the site's, and the defaults, checked against the plugin's keys.
 * Made in the parent once per step; the child inherits it.
 */
#ifndef TFHOOK_STEP_SETTINGS_H
#define TFHOOK_STEP_SETTINGS_H

#include "config.h"
#include "plugin_info.h"

struct setting {
    const struct tfhook_key *key;
    const char *origin; /* "tfhook.ini:12: " or "" for a default */
    const char *value;  /* NULL: absent, or a list */
    struct names items; /* a list */
    long number;        /* TFHOOK_NUMBER; TFHOOK_FLAG: 0 or 1 */
};

struct settings {
    struct setting *items;
    size_t count;
};

/* The keys that each step has, whatever its plugin; NULL at the end. */
extern const char *const settings_core_keys[];

/* `cwd`, when not NULL, makes relative paths absolute: only for the command line. */
void settings_make(struct mem *mem, const struct config *config, const struct step *step,
                   const struct plugin_info *plugin, const char *cwd, struct settings *ret,
                   struct names *problems);

const struct setting *settings_find(const struct settings *settings, const char *key);

#endif

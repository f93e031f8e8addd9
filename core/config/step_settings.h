/*
 * A step's values: its entries, the site's, and the defaults, checked against the plugin's keys.
 * Made in the parent once per step; the child inherits it.
 */
#ifndef TFHOOK_STEP_SETTINGS_H
#define TFHOOK_STEP_SETTINGS_H

#include "config.h"
#include "plugin_info.h"
#include "value.h"

struct settings {
    struct setting *items;
    size_t count;
};

/* `cwd`, when not NULL, makes relative paths absolute: only for the command line. */
void settings_make(struct mem *mem, const struct config *config, const struct step *step,
                   const struct plugin_info *plugin, const char *cwd, struct settings *ret,
                   struct names *problems);

const struct setting *settings_find(const struct settings *settings, const char *key);

#endif

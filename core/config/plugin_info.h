/*
 * What the parent knows of a plugin: its descriptor, as a child read it (the parent itself never
 * maps a plugin).
 */
#ifndef TFHOOK_PLUGIN_INFO_H
#define TFHOOK_PLUGIN_INFO_H

#include "mem.h"

#include <tfhook/plugin.h>

#include <stdbool.h>

struct plugin_info {
    const char *name;
    const char *file;
    const char *version;
    const char *summary;
    const char *manual;
    bool checks, plans, verifies;
    struct tfhook_key *keys;
    size_t key_count;
};

/* Are the keys that a plugin declares ones that a config can have? Asked where a plugin is
 * described, in a process of its own, before anything else is done with them. What is wrong with
 * the first that is not, for the plugin's author; NULL when all are sound. */
const char *key_schema_fault(struct mem *mem, const struct tfhook_plugin *plugin);

#endif

/*
 * What the parent knows of a plugin: its descriptor, as a child read it (the parent itself never
 * maps a plugin).
 */
#ifndef TFHOOK_PLUGIN_INFO_H
#define TFHOOK_PLUGIN_INFO_H

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

#endif

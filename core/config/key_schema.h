/*
 * Are the keys that a plugin declares ones that a config can have? Called where a plugin is
 * described, in a process of its own, before anything else is done with them.
 */
#ifndef TFHOOK_KEY_SCHEMA_H
#define TFHOOK_KEY_SCHEMA_H

#include "mem.h"

#include <tfhook/plugin.h>

/* What is wrong with the first that is not, for the plugin's author; NULL when all are sound. */
const char *key_schema_fault(struct mem *mem, const struct tfhook_plugin *plugin);

#endif

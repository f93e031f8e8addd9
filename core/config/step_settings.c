#include "step_settings.h"

#include <string.h>

static void make_setting(const struct ini_problems *problems, const struct config *config,
                         const struct step *step, const struct tfhook_key *key, const char *cwd,
                         struct setting *setting)
{
    const struct ini_entry *entry = ini_find(step->entries, step->entry_count, key->name);
    if (entry == NULL)
        entry = ini_find(config->site, config->site_count, key->name);
    value_read(problems, key, entry, cwd, setting);
    if (entry == NULL && key->fallback == NULL && key->required)
        ini_refuse(problems, step->line, "[step %s] needs %s: %s", step->name, key->name,
                   key->help);
}

void settings_make(struct mem *mem, const struct config *config, const struct step *step,
                   const struct plugin_info *plugin, const char *cwd, struct settings *ret,
                   struct names *problems)
{
    const struct ini_problems to = {mem, config->file, mem_printf(mem, "%s ", config->file),
                                    problems};
    struct names valid = {0};
    value_key_names(mem, plugin->keys, plugin->key_count, &valid);
    value_key_names(mem, config_step_keys, STEP_KEYS, &valid);
    value_refuse_unknown(&to, mem_printf(mem, "the plugin %s", plugin->name), step->entries,
                         step->entry_count, &valid, false);
    *ret = (struct settings){0};
    for (size_t i = 0; i < plugin->key_count; i++)
        make_setting(&to, config, step, &plugin->keys[i], cwd,
                     mem_push(mem, ret->items, ret->count));
}

const struct setting *settings_find(const struct settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key->name, key) == 0)
            return &settings->items[i];
    return NULL;
}

#include "step_settings.h"

#include <string.h>

struct maker {
    struct mem *mem;
    const struct config *config;
    const struct step *step;
    struct names *problems;
};

/* Unlike ini_place(), "-o " for an option of the command line. */
static const char *name_place(const struct maker *maker, unsigned line)
{
    return line > 0 ? mem_printf(maker->mem, "%s:%u: ", maker->config->file, line)
                    : mem_printf(maker->mem, "%s ", maker->config->file);
}

static void make_setting(const struct maker *maker, const struct tfhook_key *key, const char *cwd,
                         struct setting *setting)
{
    const struct step *step = maker->step;
    const struct config *config = maker->config;
    const struct ini_entry *entry = ini_find(step->entries, step->entry_count, key->name);
    if (entry == NULL)
        entry = ini_find(config->site, config->site_count, key->name);
    value_read(maker->mem, key, entry, entry == NULL ? "" : name_place(maker, entry->line), cwd,
               setting, maker->problems);
    if (entry == NULL && key->fallback == NULL && key->required)
        names_add(maker->mem, maker->problems,
                  mem_printf(maker->mem, "%s[step %s] needs %s: %s", name_place(maker, step->line),
                             step->name, key->name, key->help));
}

static void refuse_unknown_keys(const struct maker *maker, const struct plugin_info *plugin)
{
    struct names valid = {0};
    value_key_names(maker->mem, plugin->keys, plugin->key_count, &valid);
    value_key_names(maker->mem, config_step_keys, STEP_KEYS, &valid);
    for (size_t i = 0; i < maker->step->entry_count; i++) {
        const struct ini_entry *entry = &maker->step->entries[i];
        if (!names_have(&valid, entry->key))
            names_add(maker->mem, maker->problems,
                      mem_printf(maker->mem, "%sthe plugin %s has no key %s%s",
                                 name_place(maker, entry->line), plugin->name, entry->key,
                                 text_did_you_mean(maker->mem, entry->key, &valid)));
    }
}

void settings_make(struct mem *mem, const struct config *config, const struct step *step,
                   const struct plugin_info *plugin, const char *cwd, struct settings *ret,
                   struct names *problems)
{
    struct maker maker = {mem, config, step, problems};
    *ret = (struct settings){0};
    refuse_unknown_keys(&maker, plugin);
    for (size_t i = 0; i < plugin->key_count; i++)
        make_setting(&maker, &plugin->keys[i], cwd, mem_push(mem, ret->items, ret->count));
}

const struct setting *settings_find(const struct settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key->name, key) == 0)
            return &settings->items[i];
    return NULL;
}

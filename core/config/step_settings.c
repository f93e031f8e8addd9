#include "step_settings.h"

#include <string.h>

const char *const settings_core_keys[] = {"plugin",  "hook",       "only-on",
                                          "timeout", "on-failure", NULL};

struct maker {
    struct mem *mem;
    const struct config *config;
    const struct step *step;
    const char *cwd;
    struct names *problems;
};

static const char *name_place(const struct maker *maker, unsigned line)
{
    return line > 0 ? mem_printf(maker->mem, "%s:%u: ", maker->config->file, line)
                    : mem_printf(maker->mem, "%s ", maker->config->file);
}

static void note_setting_problem(const struct maker *maker, const char *origin, const char *text)
{
    names_add(maker->mem, maker->problems, mem_printf(maker->mem, "%s%s", origin, text));
}

static const struct ini_entry *find_entry(const struct ini_entry *entries, size_t count,
                                          const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].key, key) == 0)
            return &entries[i];
    return NULL;
}

static bool is_list(enum tfhook_type type)
{
    return type == TFHOOK_LIST || type == TFHOOK_PATHS || type == TFHOOK_ENUMS;
}

static const char *make_absolute(const struct maker *maker, const struct setting *setting,
                                 const char *path)
{
    if (path[0] == '/')
        return path;
    if (maker->cwd != NULL)
        return mem_printf(maker->mem, "%s/%s", maker->cwd, path);
    note_setting_problem(
        maker, setting->origin,
        mem_printf(maker->mem, "%s = %s: the path must be absolute", setting->key->name, path));
    return path;
}

static bool is_choice(const struct maker *maker, const struct setting *setting, const char *value)
{
    struct names choices = {0};
    const char *why = NULL;
    if (text_words(maker->mem, setting->key->choices, &choices, &why) < 0)
        return false;
    if (names_have(&choices, value))
        return true;
    note_setting_problem(maker, setting->origin,
                         mem_printf(maker->mem, "%s = %s: expected one of: %s%s",
                                    setting->key->name, value, setting->key->choices,
                                    config_did_you_mean(maker->mem, value, &choices)));
    return false;
}

static void make_list(const struct maker *maker, const struct ini_entry *entry,
                      struct setting *setting)
{
    setting->items = ini_items(maker->mem, entry);
    if (setting->items.count == 0)
        note_setting_problem(maker, setting->origin,
                             mem_printf(maker->mem, "%s is empty", setting->key->name));
    if (ini_is_mixed_list(entry))
        note_setting_problem(maker, setting->origin,
                             mem_printf(maker->mem, INI_MIXED_LIST, setting->key->name));
    for (size_t i = 0; i < setting->items.count; i++) {
        const char *item = setting->items.names[i];
        /* ./file in a list of the command line; what else an item may mean only the plugin knows.
         */
        bool is_path = setting->key->type == TFHOOK_PATHS ||
                       (setting->key->type == TFHOOK_LIST && maker->cwd != NULL && item[0] == '.' &&
                        strchr(item, '/') != NULL);
        if (is_path)
            setting->items.names[i] = make_absolute(maker, setting, item);
        else if (setting->key->type == TFHOOK_ENUMS)
            (void)is_choice(maker, setting, setting->items.names[i]);
    }
}

static void make_scalar(const struct maker *maker, const struct ini_entry *entry,
                        struct setting *setting)
{
    const struct tfhook_key *key = setting->key;
    const char *value = entry->lines.names[0];
    if (entry->lines.count != 1 || value[0] == '\0') {
        note_setting_problem(maker, setting->origin,
                             mem_printf(maker->mem, "%s needs one value%s", key->name,
                                        entry->lines.count > 1 ? ", not a list" : ""));
        return;
    }
    setting->value = value;
    if (key->type == TFHOOK_PATH) {
        setting->value = make_absolute(maker, setting, value);
    } else if (key->type == TFHOOK_ENUM) {
        (void)is_choice(maker, setting, value);
    } else if (key->type == TFHOOK_FLAG) {
        setting->number = strcmp(value, "yes") == 0;
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            note_setting_problem(
                maker, setting->origin,
                mem_printf(maker->mem, "%s = %s: expected yes or no", key->name, value));
    } else if (key->type == TFHOOK_NUMBER &&
               !text_number(value, key->min, key->max, &setting->number)) {
        note_setting_problem(maker, setting->origin,
                             mem_printf(maker->mem,
                                        "%s = %s: expected a whole number from %ld to %ld",
                                        key->name, value, key->min, key->max));
    }
}

static void make_setting(const struct maker *maker, const struct tfhook_key *key,
                         struct setting *setting)
{
    struct ini_entry fallback = {.key = key->name};
    const struct ini_entry *entry =
        find_entry(maker->step->entries, maker->step->entry_count, key->name);
    if (entry == NULL)
        entry = find_entry(maker->config->site, maker->config->site_count, key->name);
    *setting = (struct setting){.key = key, .origin = ""};
    if (entry != NULL) {
        setting->origin = name_place(maker, entry->line);
    } else if (key->fallback != NULL) {
        names_add(maker->mem, &fallback.lines, key->fallback);
        entry = &fallback;
    } else {
        if (key->required)
            note_setting_problem(maker, name_place(maker, maker->step->line),
                                 mem_printf(maker->mem, "[step %s] needs %s: %s", maker->step->name,
                                            key->name, key->help));
        return;
    }
    if (is_list(key->type))
        make_list(maker, entry, setting);
    else
        make_scalar(maker, entry, setting);
}

static void report_unknown(const struct maker *maker, const struct plugin_info *plugin)
{
    struct names valid = {0};
    for (size_t i = 0; i < plugin->key_count; i++)
        names_add(maker->mem, &valid, plugin->keys[i].name);
    for (const char *const *key = settings_core_keys; *key != NULL; key++)
        names_add(maker->mem, &valid, *key);
    for (size_t i = 0; i < maker->step->entry_count; i++) {
        const struct ini_entry *entry = &maker->step->entries[i];
        if (!names_have(&valid, entry->key))
            note_setting_problem(maker, name_place(maker, entry->line),
                                 mem_printf(maker->mem, "the plugin %s has no key %s%s",
                                            plugin->name, entry->key,
                                            config_did_you_mean(maker->mem, entry->key, &valid)));
    }
}

void settings_make(struct mem *mem, const struct config *config, const struct step *step,
                   const struct plugin_info *plugin, const char *cwd, struct settings *ret,
                   struct names *problems)
{
    struct maker maker = {mem, config, step, cwd, problems};
    *ret = (struct settings){0};
    report_unknown(&maker, plugin);
    for (size_t i = 0; i < plugin->key_count; i++)
        make_setting(&maker, &plugin->keys[i], mem_push(mem, ret->items, ret->count));
}

const struct setting *settings_find(const struct settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key->name, key) == 0)
            return &settings->items[i];
    return NULL;
}

/* The step's keys: the values that a test has set, judged by the descriptor as tfhook judges them.
 */
#include "state.h"

#include <string.h>

/* Items are parted by commas, or stand on lines of their own when there are several lines. */
static struct names split_items(struct testhost *t, const char *text)
{
    const char *parting = strchr(text, '\n') == NULL ? "," : "\n";
    struct names items = {0};
    while (*text != '\0') {
        size_t length = strcspn(text, parting);
        const char *item = text_trim(&t->mem, text, length);
        if (item[0] != '\0')
            names_add(&t->mem, &items, item);
        text += length + (text[length] != '\0');
    }
    return items;
}

/* What is wrong with one value or item; NULL: nothing. */
static const char *find_fault(struct testhost *t, struct setting *setting, const char *text)
{
    const struct tfhook_key *key = &setting->key;
    struct names choices = {0};
    const char *why = NULL;
    switch (key->type) {
    case TFHOOK_PATH:
    case TFHOOK_PATHS:
        return text[0] == '/' ? NULL : "the path must be absolute";
    case TFHOOK_NUMBER:
        if (text_number(text, key->min, key->max, &setting->number))
            return NULL;
        return mem_printf(&t->mem, "expected a whole number from %ld to %ld", key->min, key->max);
    case TFHOOK_FLAG:
        setting->number = strcmp(text, "yes") == 0;
        return setting->number == 1 || strcmp(text, "no") == 0 ? NULL : "expected yes or no";
    case TFHOOK_ENUM:
    case TFHOOK_ENUMS:
        if (key->choices != NULL && text_words(&t->mem, key->choices, &choices, &why) == 0 &&
            names_have(&choices, text))
            return NULL;
        return mem_printf(&t->mem, "expected one of: %s", key->choices);
    default:
        return NULL;
    }
}

static const char *set_value(struct testhost *t, struct setting *setting, const char *text)
{
    const struct tfhook_key *key = &setting->key;
    struct names parts = {0};
    if (key->type == TFHOOK_LIST || key->type == TFHOOK_PATHS || key->type == TFHOOK_ENUMS) {
        parts = setting->items = split_items(t, text);
        if (parts.count == 0)
            return mem_printf(&t->mem, "%s is empty", key->name);
    } else {
        if (text[0] == '\0' || strchr(text, '\n') != NULL)
            return mem_printf(&t->mem, "%s needs one value", key->name);
        setting->value = text;
        names_add(&t->mem, &parts, text);
    }
    for (size_t i = 0; i < parts.count; i++) {
        const char *why = find_fault(t, setting, parts.names[i]);
        if (why != NULL)
            return mem_printf(&t->mem, "%s = %s: %s", key->name, parts.names[i], why);
    }
    return NULL;
}

static struct setting *look_up(const struct testhost *t, const char *key)
{
    for (size_t i = 0; key != NULL && i < t->setting_count; i++)
        if (strcmp(t->settings[i].key.name, key) == 0)
            return &t->settings[i];
    return NULL;
}

const char *settle_keys(struct testhost *t)
{
    for (size_t i = 0; i < t->setting_count; i++) {
        struct setting *setting = &t->settings[i];
        const struct tfhook_key *key = &setting->key;
        const char *text = pairs_find(&t->values, key->name), *why = NULL;
        *setting = (struct setting){.key = *key};
        if (text == NULL)
            text = key->fallback;
        if (text != NULL)
            why = set_value(t, setting, text);
        else if (key->required)
            why =
                mem_printf(&t->mem, "[step %s] needs %s: %s", t->table.step, key->name, key->help);
        if (why != NULL)
            return why;
    }
    for (size_t i = 0; i < t->values.count; i++) {
        const char *key = t->values.items[i].name;
        if (look_up(t, key) == NULL && pairs_find(&t->values, key) != NULL)
            return mem_printf(&t->mem, "the plugin %s has no key %s", t->plugin.name, key);
    }
    return NULL;
}

const struct setting *find_setting(struct testhost *t, const char *key)
{
    const struct setting *found = look_up(t, key);
    if (found == NULL)
        (void)note_misuse(t, "it asks for the key %s, which it does not declare",
                          key == NULL ? "NULL" : key);
    return found;
}

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = find_setting(host_of(host), key);
    return found == NULL ? NULL : found->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = find_setting(host_of(host), key);
    return names_for_plugin(found == NULL ? &(struct names){0} : &found->items);
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = find_setting(host_of(host), key);
    return found == NULL ? 0 : found->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

void add_settings_functions(struct tfhook_host *table)
{
    table->value = host_value;
    table->items = host_items;
    table->number = host_number;
    table->flag = host_flag;
}

/* The step's keys: the values that a test has set, judged by the descriptor as tfhook judges them.
 */
#include "state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_list(enum tfhook_type type)
{
    return type == TFHOOK_LIST || type == TFHOOK_PATHS || type == TFHOOK_ENUMS;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t size = strlen(value);
    for (const char *s = choices; s != NULL && *s != '\0';) {
        size_t length = strcspn(s, " ");
        if (length == size && size > 0 && strncmp(s, value, size) == 0)
            return true;
        s += length + strspn(s + length, " ");
    }
    return false;
}

/* Items are parted by commas, or stand on lines of their own when there are several lines. */
static struct tfhook_names items_of(struct testhost *t, const char *text)
{
    const char *parting = strchr(text, '\n') == NULL ? "," : "\n";
    LIST_OF(const char *) items = {NULL, 0, 0};
    for (const char *s = text; *s != '\0';) {
        size_t length = strcspn(s, parting), from = 0, to = length;
        while (from < to && isspace((unsigned char)s[from]))
            from++;
        while (to > from && isspace((unsigned char)s[to - 1]))
            to--;
        if (to > from)
            LIST_PUSH(t, items, (const char *)testhost_copy(t, s + from, to - from).data);
        s += length + (s[length] != '\0');
    }
    return (struct tfhook_names){items.items, items.count};
}

static const char *not_absolute(struct testhost *t, const char *key, const char *path)
{
    return path[0] == '/' ? NULL
                          : testhost_printf(t, "%s = %s: the path must be absolute", key, path);
}

static const char *set_list(struct testhost *t, struct setting *setting, const char *text)
{
    const struct tfhook_key *key = setting->key;
    setting->items = items_of(t, text);
    if (setting->items.count == 0)
        return testhost_printf(t, "%s is empty", key->name);
    for (size_t i = 0; i < setting->items.count; i++) {
        const char *item = setting->items.names[i];
        const char *why = key->type == TFHOOK_PATHS ? not_absolute(t, key->name, item) : NULL;
        if (key->type == TFHOOK_ENUMS && !is_choice(key->choices, item))
            why = testhost_printf(t, "%s = %s: expected one of: %s", key->name, item, key->choices);
        if (why != NULL)
            return why;
    }
    return NULL;
}

static const char *set_number(struct testhost *t, struct setting *setting)
{
    const struct tfhook_key *key = setting->key;
    char *end = NULL;
    errno = 0;
    setting->number = strtol(setting->value, &end, 10);
    bool plain = isdigit((unsigned char)setting->value[setting->value[0] == '-']) != 0;
    if (plain && errno == 0 && *end == '\0' && setting->number >= key->min &&
        setting->number <= key->max)
        return NULL;
    return testhost_printf(t, "%s = %s: expected a whole number from %ld to %ld", key->name,
                           setting->value, key->min, key->max);
}

static const char *set_scalar(struct testhost *t, struct setting *setting, const char *text)
{
    const struct tfhook_key *key = setting->key;
    setting->value = text;
    if (text[0] == '\0' || strchr(text, '\n') != NULL)
        return testhost_printf(t, "%s needs one value", key->name);
    switch (key->type) {
    case TFHOOK_PATH:
        return not_absolute(t, key->name, text);
    case TFHOOK_NUMBER:
        return set_number(t, setting);
    case TFHOOK_FLAG:
        setting->number = strcmp(text, "yes") == 0;
        if (setting->number == 0 && strcmp(text, "no") != 0)
            return testhost_printf(t, "%s = %s: expected yes or no", key->name, text);
        return NULL;
    case TFHOOK_ENUM:
        if (!is_choice(key->choices, text))
            return testhost_printf(t, "%s = %s: expected one of: %s", key->name, text,
                                   key->choices);
        return NULL;
    default:
        return NULL;
    }
}

static const char *text_of(const struct testhost *t, const struct tfhook_key *key)
{
    for (size_t i = 0; i < t->values.count; i++)
        if (strcmp(t->values.items[i].key, key->name) == 0)
            return t->values.items[i].text;
    return key->fallback;
}

const char *testhost_settle(struct testhost *t)
{
    t->settings.count = 0;
    for (size_t i = 0; i < t->keys.count; i++) {
        const struct tfhook_key *key = &t->keys.items[i];
        const char *text = text_of(t, key), *why = NULL;
        struct setting setting = {.key = key};
        if (text != NULL)
            why = is_list(key->type) ? set_list(t, &setting, text) : set_scalar(t, &setting, text);
        else if (key->required)
            why = testhost_printf(t, "[step %s] needs %s: %s", t->table.step, key->name, key->help);
        if (why != NULL)
            return why;
        LIST_PUSH(t, t->settings, setting);
    }
    for (size_t i = 0; i < t->values.count; i++)
        if (testhost_setting(t, t->values.items[i].key) == NULL)
            return testhost_printf(t, "the plugin %s has no key %s", t->plugin.name,
                                   t->values.items[i].key);
    return NULL;
}

const struct setting *testhost_setting(const struct testhost *t, const char *key)
{
    for (size_t i = 0; key != NULL && i < t->settings.count; i++)
        if (strcmp(t->settings.items[i].key->name, key) == 0)
            return &t->settings.items[i];
    return NULL;
}

static const struct setting *find_asked(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = testhost_setting(host_of(host), key);
    if (found == NULL)
        (void)testhost_misused(host_of(host), "it asks for the key %s, which it does not declare",
                               key == NULL ? "NULL" : key);
    return found;
}

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = find_asked(host, key);
    return found == NULL ? NULL : found->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    static const char *const none[] = {NULL};
    const struct setting *found = find_asked(host, key);
    return found == NULL || found->items.count == 0 ? (struct tfhook_names){none, 0} : found->items;
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = find_asked(host, key);
    return found == NULL ? 0 : found->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

void testhost_table_settings(struct tfhook_host *table)
{
    table->value = host_value;
    table->items = host_items;
    table->number = host_number;
    table->flag = host_flag;
}

#include "plugin_info.h"

#include "config.h"
#include "value.h"

#include <string.h>

/* Lower-case words of letters and digits, joined by '-', the first letter first. */
static bool is_key_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (name == NULL || name[0] < 'a' || name[0] > 'z')
        return false;
    size_t size = strlen(name);
    return strspn(name, letters) == size && strstr(name, "--") == NULL && name[size - 1] != '-';
}

/* Choices must be there for a type that needs them, and only for such a type. */
static const char *choice_fault(struct mem *mem, const struct tfhook_key *key)
{
    struct names choices = {0};
    const char *why = NULL;
    if (key->type != TFHOOK_ENUM && key->type != TFHOOK_ENUMS)
        return key->choices == NULL ? NULL : "has choices, and is no choice";
    bool some = key->choices != NULL && text_words(mem, key->choices, &choices, &why) == 0 &&
                choices.count > 0;
    return some ? NULL : "has no choices";
}

static const char *default_fault(struct mem *mem, const struct tfhook_key *key)
{
    struct setting setting;
    struct names problems = {0};
    const struct ini_problems to = {mem, "", "", &problems};
    value_read(&to, key, NULL, NULL, &setting);
    if (key->type == TFHOOK_ENUM && problems.count > 0)
        return "has a default that is none of its choices";
    if (key->type == TFHOOK_NUMBER && key->min > key->max)
        return "has a least value above its greatest";
    if (key->required && key->fallback != NULL)
        return "is required, and has a default";
    bool typed = key->type == TFHOOK_NUMBER || key->type == TFHOOK_FLAG || key->type == TFHOOK_PATH;
    return typed && problems.count > 0 ? "has a default that is not of its type" : NULL;
}

static const char *fault_of(struct mem *mem, const struct tfhook_key *key)
{
    struct names core = {0};
    value_key_names(mem, config_step_keys, STEP_KEYS, &core);
    if (!is_key_name(key->name))
        return "has a name that is not made of lower-case words joined by '-'";
    if (names_have(&core, key->name))
        return "is a key of every step, whatever its plugin";
    if ((unsigned)key->type > TFHOOK_ENUMS)
        return "is of a type that this tfhook does not know";
    const char *fault = choice_fault(mem, key);
    return fault != NULL ? fault : default_fault(mem, key);
}

const char *key_schema_fault(struct mem *mem, const struct tfhook_plugin *plugin)
{
    struct names seen = {0};
    for (size_t i = 0; i < plugin->key_count; i++) {
        struct tfhook_key key = {0};
        const char *at = (const char *)plugin->keys + i * plugin->key_size;
        memcpy(&key, at, plugin->key_size < sizeof key ? plugin->key_size : sizeof key);
        const char *fault = fault_of(mem, &key);
        if (fault == NULL && names_have(&seen, key.name))
            fault = "is declared twice";
        if (fault != NULL) {
            const char *name = key.name == NULL ? "" : key.name;
            return mem_printf(mem, "its key number %zu, \"%s\", %s", i + 1, text_shown(mem, name),
                              fault);
        }
        names_add(mem, &seen, key.name);
    }
    return NULL;
}

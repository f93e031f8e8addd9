#include "key_schema.h"

#include "step_settings.h"
#include "text.h"

#include <limits.h>
#include <string.h>

/* Lower-case words of letters and digits, joined by '-', the first letter first. */
static bool is_key_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (name == NULL || name[0] < 'a' || name[0] > 'z')
        return false;
    for (size_t length; (length = strspn(name, letters)) > 0; name++) {
        name += length;
        if (*name != '-')
            return *name == '\0';
    }
    return false;
}

static const char *choice_fault(struct mem *mem, const struct tfhook_key *key)
{
    struct names choices = {0};
    const char *why = NULL;
    bool wants = key->type == TFHOOK_ENUM || key->type == TFHOOK_ENUMS;
    if (!wants)
        return key->choices == NULL ? NULL : "has choices, and is no choice";
    if (key->choices == NULL || text_words(mem, key->choices, &choices, &why) < 0 ||
        choices.count == 0)
        return "has no choices";
    return key->type != TFHOOK_ENUM || key->fallback == NULL || names_have(&choices, key->fallback)
               ? NULL
               : "has a default that is none of its choices";
}

static const char *value_fault(const struct tfhook_key *key)
{
    const char *fallback = key->fallback;
    long number = 0;
    if (key->type == TFHOOK_NUMBER && key->min > key->max)
        return "has a least value above its greatest";
    if (fallback == NULL)
        return NULL;
    if (key->required)
        return "is required, and has a default";
    bool fits = key->type == TFHOOK_NUMBER ? text_number(fallback, key->min, key->max, &number)
                : key->type == TFHOOK_FLAG
                    ? strcmp(fallback, "yes") == 0 || strcmp(fallback, "no") == 0
                : key->type == TFHOOK_PATH ? fallback[0] == '/'
                                           : true;
    return fits ? NULL : "has a default that is not of its type";
}

static const char *fault_of(struct mem *mem, const struct tfhook_key *key)
{
    if (!is_key_name(key->name))
        return "has a name that is not made of lower-case words joined by '-'";
    for (const char *const *core = settings_core_keys; *core != NULL; core++)
        if (strcmp(*core, key->name) == 0)
            return "is a key of every step, whatever its plugin";
    if ((unsigned)key->type > TFHOOK_ENUMS)
        return "is of a type that this tfhook does not know";
    const char *fault = choice_fault(mem, key);
    return fault != NULL ? fault : value_fault(key);
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
            return mem_printf(mem, "its key number %zu, \"%s\", %s", i + 1,
                              text_escape(mem, name, strlen(name)), fault);
        }
        names_add(mem, &seen, key.name);
    }
    return NULL;
}

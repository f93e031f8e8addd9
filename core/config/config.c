#include "config.h"

#include "value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

const struct names config_phases = {(const char *[]){"stop", "upgrade", "provision", "deploy",
                                                     "start", "restart", "reinitialize", NULL},
                                    7};

#define AROUND(phase) "pre-" phase, "post-" phase
const struct names config_hooks = {(const char *[]){AROUND("stop"), AROUND("upgrade"),
                                                    AROUND("provision"), AROUND("deploy"),
                                                    AROUND("start"), AROUND("restart"),
                                                    AROUND("reinitialize"), "post-failure", NULL},
                                   15};

static const struct names section_kinds = {
    (const char *[]){"tfhook", "site", "phase NAME", "step NAME", NULL}, 4};

enum { TIMEOUT_DEFAULT = 60, TIMEOUT_MAX = 86400, KEEP_DEFAULT = 20, KEEP_MAX = 100000 };

enum { MAIN_PLUGIN_DIR, MAIN_STATE_DIR, MAIN_TIMEOUT, MAIN_KEEP, MAIN_KEYS };
static const struct tfhook_key main_keys[MAIN_KEYS] = {
    [MAIN_PLUGIN_DIR] = {.name = "plugin-dir", .type = TFHOOK_PATH},
    [MAIN_STATE_DIR] = {.name = "state-dir", .type = TFHOOK_PATH},
    [MAIN_TIMEOUT] = {.name = "timeout", .type = TFHOOK_NUMBER, .min = 1, .max = TIMEOUT_MAX},
    [MAIN_KEEP] = {.name = "keep", .type = TFHOOK_NUMBER, .min = 1, .max = KEEP_MAX},
};

enum { PHASE_ONLY_ON, PHASE_COMMAND, PHASE_KEYS };
static const struct tfhook_key phase_keys[PHASE_KEYS] = {
    [PHASE_ONLY_ON] = {.name = "only-on", .type = TFHOOK_LIST},
    [PHASE_COMMAND] = {.name = "command"}, /* its type is not used: read_commands() */
};

const struct tfhook_key config_step_keys[STEP_KEYS] = {
    [STEP_PLUGIN] = {.name = "plugin", .type = TFHOOK_STRING},
    [STEP_HOOK] = {.name = "hook", .type = TFHOOK_LIST},
    [STEP_ONLY_ON] = {.name = "only-on", .type = TFHOOK_LIST},
    [STEP_TIMEOUT] = {.name = "timeout", .type = TFHOOK_NUMBER, .min = 1, .max = TIMEOUT_MAX},
    [STEP_ON_FAILURE] = {.name = "on-failure", .type = TFHOOK_STRING},
};

struct reader {
    struct config *config;
    struct mem *mem;
    struct ini_problems problems;
};

bool config_names_host(const struct names *only_on, const char *hostname)
{
    size_t short_length = strcspn(hostname, ".");
    for (size_t i = 0; i < only_on->count; i++) {
        const char *name = only_on->names[i];
        size_t length = strcspn(name, ".");
        /* A short name on either side stands for the full one. */
        if (name[length] == '\0' || hostname[short_length] == '\0'
                ? length == short_length && strncasecmp(name, hostname, length) == 0
                : strcasecmp(name, hostname) == 0)
            return true;
    }
    return only_on->count == 0;
}

static void check_hooks(const struct reader *reader, unsigned line, const struct names *hooks)
{
    for (size_t i = 0; i < hooks->count; i++)
        if (!names_have(&config_hooks, hooks->names[i]))
            ini_refuse(&reader->problems, line, "no hook is called %s%s", hooks->names[i],
                       text_did_you_mean(reader->mem, hooks->names[i], &config_hooks));
}

/* A key that is absent has no value. One that is repeated was refused already; its last value
 * counts. */
static struct setting read_key(const struct reader *reader, const struct ini_section *section,
                               const struct tfhook_key *key)
{
    struct setting setting = {.key = key};
    for (size_t i = 0; i < section->count; i++) {
        const struct ini_entry *entry = &section->entries[i];
        if (strcmp(entry->key, key->name) != 0)
            continue;
        value_read(&reader->problems, key, entry, NULL, &setting);
        if (key == &config_step_keys[STEP_HOOK])
            check_hooks(reader, entry->line, &setting.items);
        const char *value = key == &config_step_keys[STEP_ON_FAILURE] ? setting.value : NULL;
        if (value != NULL && strcmp(value, "ignore") != 0 && strcmp(value, "abort") != 0)
            ini_refuse(&reader->problems, entry->line, "on-failure = %s: expected abort or ignore",
                       value);
    }
    return setting;
}

static void refuse_unknown(const struct reader *reader, const struct ini_section *section,
                           const struct tfhook_key *keys, size_t count, bool only_near)
{
    struct names valid = {0};
    value_key_names(reader->mem, keys, count, &valid);
    value_refuse_unknown(&reader->problems, mem_printf(reader->mem, "[%s]", section->name),
                         section->entries, section->count, &valid, only_near);
}

static void read_main(const struct reader *reader, const struct ini_section *section)
{
    struct config *config = reader->config;
    struct setting settings[MAIN_KEYS];
    refuse_unknown(reader, section, main_keys, MAIN_KEYS, false);
    for (size_t i = 0; i < MAIN_KEYS; i++)
        settings[i] = read_key(reader, section, &main_keys[i]);
    if (settings[MAIN_PLUGIN_DIR].value != NULL)
        config->plugin_dir = settings[MAIN_PLUGIN_DIR].value;
    if (settings[MAIN_STATE_DIR].value != NULL)
        config->state_dir = settings[MAIN_STATE_DIR].value;
    if (settings[MAIN_TIMEOUT].number > 0)
        config->timeout = settings[MAIN_TIMEOUT].number;
    if (settings[MAIN_KEEP].number > 0)
        config->keep = settings[MAIN_KEEP].number;
}

/* Each line of a `command` is a command. */
static void read_commands(const struct reader *reader, const struct ini_entry *entry,
                          struct phase *phase)
{
    for (size_t i = 0; i < entry->lines.count; i++) {
        struct names words = {0};
        const char *why = NULL;
        if (text_words(reader->mem, entry->lines.names[i], &words, &why) < 0)
            ini_refuse(&reader->problems, entry->line, "command: %s", why);
        else if (words.count > 0 && words.names[0][0] != '/')
            ini_refuse(&reader->problems, entry->line,
                       "command: %s: the program's path must be absolute", words.names[0]);
        else if (words.count > 0)
            *mem_push(reader->mem, phase->commands, phase->command_count) = words;
    }
}

static void read_phase(const struct reader *reader, const struct ini_section *section,
                       const char *name)
{
    struct config *config = reader->config;
    struct phase *phase = mem_push(reader->mem, config->phases, config->phase_count);
    if (!names_have(&config_phases, name))
        ini_refuse(&reader->problems, section->line, "no phase is called %s%s", name,
                   text_did_you_mean(reader->mem, name, &config_phases));
    refuse_unknown(reader, section, phase_keys, PHASE_KEYS, false);
    *phase = (struct phase){.name = name, .line = section->line};
    phase->only_on = read_key(reader, section, &phase_keys[PHASE_ONLY_ON]).items;
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->entries[i].key, phase_keys[PHASE_COMMAND].name) == 0)
            read_commands(reader, &section->entries[i], phase);
    if (phase->command_count == 0 && section->count > 0)
        ini_refuse(&reader->problems, section->line, "[%s] needs a command", section->name);
}

/* May a step or a plugin be called so? */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name);
}

static void read_step(const struct reader *reader, const struct ini_section *section,
                      const char *name)
{
    const struct ini_problems *problems = &reader->problems;
    struct setting settings[STEP_KEYS];
    for (size_t i = 0; i < STEP_KEYS; i++)
        settings[i] = read_key(reader, section, &config_step_keys[i]);
    const char *plugin = settings[STEP_PLUGIN].value;
    const char *on_failure = settings[STEP_ON_FAILURE].value;
    *mem_push(reader->mem, reader->config->steps, reader->config->step_count) =
        (struct step){.name = name,
                      .plugin = plugin,
                      .hooks = settings[STEP_HOOK].items,
                      .only_on = settings[STEP_ONLY_ON].items,
                      .timeout = settings[STEP_TIMEOUT].number,
                      .ignore_failure = on_failure != NULL && strcmp(on_failure, "ignore") == 0,
                      .entries = section->entries,
                      .entry_count = section->count,
                      .line = section->line};
    if (!is_plain_name(name))
        ini_refuse(problems, section->line,
                   "[%s]: a step's name is letters, digits, '-', '_' and '.'", section->name);
    if (plugin == NULL && section->count > 0) {
        ini_refuse(problems, section->line, "[step %s] needs plugin = NAME", name);
        /* Nobody knows its plugin's keys; but what is nearly one of ours is meant as that. */
        refuse_unknown(reader, section, config_step_keys, STEP_KEYS, true);
    }
    if (plugin != NULL && !is_plain_name(plugin))
        ini_refuse(problems, section->line, "plugin = %s: expected a plugin's name, not a path",
                   plugin);
}

static const char *name_behind(const char *name, const char *kind)
{
    size_t length = strlen(kind);
    if (strncmp(name, kind, length) != 0 || !isspace((unsigned char)name[length]))
        return NULL;
    name += length;
    return name + strspn(name, " \t");
}

static void read_section(const struct reader *reader, const struct ini_section *section)
{
    const char *name = NULL;
    if (strcmp(section->name, "tfhook") == 0) {
        read_main(reader, section);
    } else if (strcmp(section->name, "site") == 0) {
        reader->config->site = section->entries;
        reader->config->site_count = section->count;
    } else if ((name = name_behind(section->name, "phase")) != NULL) {
        read_phase(reader, section, name);
    } else if ((name = name_behind(section->name, "step")) != NULL) {
        read_step(reader, section, name);
    } else if (section->name[0] != '\0') {
        ini_refuse(&reader->problems, section->line, "no section is called [%s]%s", section->name,
                   text_did_you_mean(reader->mem, section->name, &section_kinds));
    }
}

static struct reader begin_config(struct mem *mem, const char *file, struct config *ret,
                                  struct names *problems)
{
    *ret = (struct config){.file = file, .timeout = TIMEOUT_DEFAULT, .keep = KEEP_DEFAULT};
    return (struct reader){ret, mem, {mem, file, mem_printf(mem, "%s: ", file), problems}};
}

static void inherit_timeout(struct config *config)
{
    for (size_t i = 0; i < config->step_count; i++)
        if (config->steps[i].timeout == 0)
            config->steps[i].timeout = config->timeout;
}

void config_parse(struct mem *mem, const char *file, const struct blob *text, struct config *ret,
                  struct names *problems)
{
    struct reader reader = begin_config(mem, file, ret, problems);
    struct ini ini;
    size_t before = problems->count;
    ini_read(&reader.problems, text, &ini);
    for (size_t i = 0; i < ini.count; i++)
        read_section(&reader, &ini.sections[i]);
    if (ret->step_count == 0 && problems->count == before)
        ini_refuse(&reader.problems, 0, "there is no [step NAME]; nothing would be done");
    inherit_timeout(ret);
}

void config_of_options(struct mem *mem, const char *plugin, const struct names *options,
                       struct config *ret, struct names *problems)
{
    struct reader reader = begin_config(mem, "-o", ret, problems);
    struct ini_section section = {.name = mem_printf(mem, "step %s", plugin)};
    struct ini_entry *own = mem_push(mem, section.entries, section.count);
    own->key = "plugin";
    names_add(mem, &own->lines, plugin);
    for (size_t i = 0; i < options->count; i++) {
        const char *equals = strchr(options->names[i], '=');
        if (equals == NULL || equals == options->names[i]) {
            ini_refuse(&reader.problems, 0, "%s: expected KEY=VALUE", options->names[i]);
            continue;
        }
        const char *key = mem_strn(mem, options->names[i], (size_t)(equals - options->names[i]));
        for (size_t k = 0; k < section.count; k++)
            if (strcmp(section.entries[k].key, key) == 0)
                ini_refuse(&reader.problems, 0, "%s is set twice", key);
        struct ini_entry *entry = mem_push(mem, section.entries, section.count);
        entry->key = key;
        names_add(mem, &entry->lines, text_trim(mem, equals + 1, strlen(equals + 1)));
    }
    read_step(&reader, &section, plugin);
    inherit_timeout(ret);
}

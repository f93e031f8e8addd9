#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const config_phase_names[] = {"stop",  "upgrade", "provision",    "deploy",
                                          "start", "restart", "reinitialize", NULL};

enum { TIMEOUT_DEFAULT = 60, TIMEOUT_MAX = 86400, KEEP_DEFAULT = 20, KEEP_MAX = 100000 };

struct reader {
    struct mem *mem;
    struct config *config;
    struct names *problems;
};

static void note_problem(const struct reader *reader, unsigned line, const char *text)
{
    const char *file = reader->config->file;
    names_add(reader->mem, reader->problems,
              line > 0 ? mem_printf(reader->mem, "%s:%u: %s", file, line, text)
                       : mem_printf(reader->mem, "%s: %s", file, text));
}

bool config_is_phase(const char *name)
{
    for (const char *const *phase = config_phase_names; *phase != NULL; phase++)
        if (strcmp(*phase, name) == 0)
            return true;
    return false;
}

bool config_is_hook(const char *name)
{
    if (strcmp(name, "post-failure") == 0)
        return true;
    if (strncmp(name, "pre-", 4) == 0)
        return config_is_phase(name + 4);
    return strncmp(name, "post-", 5) == 0 && config_is_phase(name + 5);
}

struct names config_hooks(struct mem *mem)
{
    struct names hooks = {0};
    for (const char *const *phase = config_phase_names; *phase != NULL; phase++) {
        names_add(mem, &hooks, mem_printf(mem, "pre-%s", *phase));
        names_add(mem, &hooks, mem_printf(mem, "post-%s", *phase));
    }
    names_add(mem, &hooks, "post-failure");
    return hooks;
}

const char *config_did_you_mean(struct mem *mem, const char *name, const struct names *candidates)
{
    const char *nearest = text_nearest(name, candidates);
    return nearest == NULL ? "" : mem_printf(mem, "; did you mean %s?", nearest);
}

bool config_names_host(const struct names *only_on, const char *hostname)
{
    size_t short_length = strcspn(hostname, ".");
    for (size_t i = 0; i < only_on->count; i++) {
        const char *name = only_on->names[i];
        if (strcasecmp(name, hostname) == 0)
            return true;
        /* A short name on either side stands for the full one. */
        bool one_is_short = strchr(name, '.') == NULL || hostname[short_length] == '\0';
        if (one_is_short && strcspn(name, ".") == short_length &&
            strncasecmp(name, hostname, short_length) == 0)
            return true;
    }
    return only_on->count == 0;
}

/* --- core's own keys: one function a kind of value, one table a section --- */

static const char *one_value(const struct reader *reader, const struct ini_entry *entry)
{
    if (entry->lines.count == 1 && entry->lines.names[0][0] != '\0')
        return entry->lines.names[0];
    note_problem(reader, entry->line,
                 mem_printf(reader->mem, "%s needs one value%s", entry->key,
                            entry->lines.count > 1 ? ", not a list" : ""));
    return NULL;
}

static void set_path(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    const char *value = one_value(reader, entry);
    if (value != NULL && value[0] != '/')
        note_problem(
            reader, entry->line,
            mem_printf(reader->mem, "%s = %s: the path must be absolute", entry->key, value));
    *(const char **)target = value;
}

static void set_number(const struct reader *reader, const struct ini_entry *entry, long max,
                       long *target)
{
    const char *value = one_value(reader, entry);
    if (value != NULL && !text_number(value, 1, max, target))
        note_problem(reader, entry->line,
                     mem_printf(reader->mem, "%s = %s: expected a whole number from 1 to %ld",
                                entry->key, value, max));
}

static void set_timeout(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    set_number(reader, entry, TIMEOUT_MAX, target);
}

static void set_keep(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    set_number(reader, entry, KEEP_MAX, target);
}

static void set_name(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    *(const char **)target = one_value(reader, entry);
}

static void set_list(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    struct names items = ini_items(reader->mem, entry);
    if (items.count == 0)
        note_problem(reader, entry->line, mem_printf(reader->mem, "%s is empty", entry->key));
    if (ini_is_mixed_list(entry))
        note_problem(reader, entry->line, mem_printf(reader->mem, INI_MIXED_LIST, entry->key));
    *(struct names *)target = items;
}

static void set_hooks(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    set_list(reader, entry, target);
    const struct names *hooks = target;
    struct names valid = config_hooks(reader->mem);
    for (size_t i = 0; i < hooks->count; i++)
        if (!config_is_hook(hooks->names[i]))
            note_problem(reader, entry->line,
                         mem_printf(reader->mem, "no hook is called %s%s", hooks->names[i],
                                    config_did_you_mean(reader->mem, hooks->names[i], &valid)));
}

static void set_on_failure(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    const char *value = one_value(reader, entry);
    if (value == NULL)
        return;
    *(bool *)target = strcmp(value, "ignore") == 0;
    if (strcmp(value, "ignore") != 0 && strcmp(value, "abort") != 0)
        note_problem(reader, entry->line,
                     mem_printf(reader->mem, "on-failure = %s: expected abort or ignore", value));
}

static void set_commands(const struct reader *reader, const struct ini_entry *entry, void *target)
{
    struct phase *phase = target;
    for (size_t i = 0; i < entry->lines.count; i++) {
        struct names words = {0};
        const char *why = NULL;
        if (text_words(reader->mem, entry->lines.names[i], &words, &why) < 0)
            note_problem(reader, entry->line, mem_printf(reader->mem, "command: %s", why));
        else if (words.count > 0 && words.names[0][0] != '/')
            note_problem(reader, entry->line,
                         mem_printf(reader->mem, "command: %s: the program's path must be absolute",
                                    words.names[0]));
        else if (words.count > 0)
            *mem_push(reader->mem, phase->commands, phase->command_count) = words;
    }
}

struct key {
    const char *name;
    void (*set)(const struct reader *reader, const struct ini_entry *entry, void *target);
    void *target;
};

static const struct key *find_key(const struct key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static void unknown_key(const struct reader *reader, const struct ini_section *section,
                        const struct ini_entry *entry, const struct key *keys, size_t count)
{
    struct names valid = {0};
    for (size_t i = 0; i < count; i++)
        names_add(reader->mem, &valid, keys[i].name);
    note_problem(reader, entry->line,
                 mem_printf(reader->mem, "[%s] has no key %s%s", section->name, entry->key,
                            config_did_you_mean(reader->mem, entry->key, &valid)));
}

static void read_keys(const struct reader *reader, const struct ini_section *section,
                      const struct key *keys, size_t count)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct ini_entry *entry = &section->entries[i];
        const struct key *key = find_key(keys, count, entry->key);
        if (key != NULL)
            key->set(reader, entry, key->target);
        else
            unknown_key(reader, section, entry, keys, count);
    }
}

static void read_main(const struct reader *reader, const struct ini_section *section)
{
    struct config *config = reader->config;
    const struct key keys[] = {{"plugin-dir", set_path, &config->plugin_dir},
                               {"state-dir", set_path, &config->state_dir},
                               {"timeout", set_timeout, &config->timeout},
                               {"keep", set_keep, &config->keep}};
    read_keys(reader, section, keys, sizeof keys / sizeof *keys);
}

static void read_phase(const struct reader *reader, const struct ini_section *section,
                       const char *name)
{
    struct names valid = {0};
    for (const char *const *phase = config_phase_names; *phase != NULL; phase++)
        names_add(reader->mem, &valid, *phase);
    if (!config_is_phase(name))
        note_problem(reader, section->line,
                     mem_printf(reader->mem, "no phase is called %s%s", name,
                                config_did_you_mean(reader->mem, name, &valid)));
    struct config *config = reader->config;
    struct phase *phase = mem_push(reader->mem, config->phases, config->phase_count);
    *phase = (struct phase){.name = name, .line = section->line};
    const struct key keys[] = {{"command", set_commands, phase},
                               {"only-on", set_list, &phase->only_on}};
    read_keys(reader, section, keys, sizeof keys / sizeof *keys);
    if (phase->command_count == 0 && section->count > 0)
        note_problem(reader, section->line,
                     mem_printf(reader->mem, "[%s] needs a command", section->name));
}

static bool is_section_name(const char *name)
{
    return name[0] != '\0' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name) &&
           name[0] != '.';
}

/* Without a plugin nobody knows its keys; but what is nearly one of ours is meant as that. */
static void report_misspelt(const struct reader *reader, const struct ini_section *section,
                            const struct key *keys, size_t count)
{
    struct names ours = {0};
    for (size_t i = 0; i < count; i++)
        names_add(reader->mem, &ours, keys[i].name);
    for (size_t i = 0; i < section->count; i++)
        if (find_key(keys, count, section->entries[i].key) == NULL &&
            text_nearest(section->entries[i].key, &ours) != NULL)
            unknown_key(reader, section, &section->entries[i], keys, count);
}

static void read_step(const struct reader *reader, const struct ini_section *section,
                      const char *name)
{
    struct mem *mem = reader->mem;
    struct config *config = reader->config;
    struct step *step = mem_push(mem, config->steps, config->step_count);
    *step = (struct step){.name = name, .line = section->line};
    const struct key keys[] = {{"plugin", set_name, &step->plugin},
                               {"hook", set_hooks, &step->hooks},
                               {"only-on", set_list, &step->only_on},
                               {"timeout", set_timeout, &step->timeout},
                               {"on-failure", set_on_failure, &step->ignore_failure}};
    struct ini_entry *others = NULL;
    for (size_t i = 0; i < section->count; i++) {
        const struct ini_entry *entry = &section->entries[i];
        const struct key *key = find_key(keys, sizeof keys / sizeof *keys, entry->key);
        if (key != NULL)
            key->set(reader, entry, key->target);
        else
            *mem_push(mem, others, step->entry_count) = *entry;
    }
    step->entries = others;
    if (!is_section_name(name))
        note_problem(reader, section->line,
                     mem_printf(mem, "[%s]: a step's name is letters, digits, '-', '_' and '.'",
                                section->name));
    if (step->plugin == NULL && section->count > 0) {
        note_problem(reader, section->line, mem_printf(mem, "[step %s] needs plugin = NAME", name));
        report_misspelt(reader, section, keys, sizeof keys / sizeof *keys);
    }
    if (step->plugin != NULL && !is_section_name(step->plugin))
        note_problem(
            reader, section->line,
            mem_printf(mem, "plugin = %s: expected a plugin's name, not a path", step->plugin));
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
        static const char *const kinds[] = {"tfhook", "site", "phase NAME", "step NAME"};
        struct names valid = {0};
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            names_add(reader->mem, &valid, kinds[i]);
        note_problem(reader, section->line,
                     mem_printf(reader->mem, "no section is called [%s]%s", section->name,
                                config_did_you_mean(reader->mem, section->name, &valid)));
    }
}

static void apply_defaults(const struct reader *reader)
{
    struct config *config = reader->config;
    for (size_t i = 0; i < config->step_count; i++)
        if (config->steps[i].timeout == 0)
            config->steps[i].timeout = config->timeout;
}

void config_parse(struct mem *mem, const char *file, const struct blob *text, struct config *ret,
                  struct names *problems)
{
    *ret = (struct config){.file = file, .timeout = TIMEOUT_DEFAULT, .keep = KEEP_DEFAULT};
    struct reader reader = {mem, ret, problems};
    struct ini ini;
    size_t before = problems->count;
    ini_read(mem, file, text, &ini, problems);
    for (size_t i = 0; i < ini.count; i++)
        read_section(&reader, &ini.sections[i]);
    if (ret->step_count == 0 && problems->count == before)
        note_problem(&reader, 0, "there is no [step NAME]; nothing would be done");
    apply_defaults(&reader);
}

void config_of_options(struct mem *mem, const char *plugin, const struct names *options,
                       struct config *ret, struct names *problems)
{
    *ret = (struct config){.file = "-o", .timeout = TIMEOUT_DEFAULT, .keep = KEEP_DEFAULT};
    struct reader reader = {mem, ret, problems};
    struct ini_section section = {.name = mem_printf(mem, "step %s", plugin)};
    struct ini_entry *own = mem_push(mem, section.entries, section.count);
    own->key = "plugin";
    names_add(mem, &own->lines, plugin);
    for (size_t i = 0; i < options->count; i++) {
        const char *equals = strchr(options->names[i], '=');
        if (equals == NULL || equals == options->names[i]) {
            note_problem(&reader, 0, mem_printf(mem, "%s: expected KEY=VALUE", options->names[i]));
            continue;
        }
        const char *key = mem_strn(mem, options->names[i], (size_t)(equals - options->names[i]));
        for (size_t k = 0; k < section.count; k++)
            if (strcmp(section.entries[k].key, key) == 0)
                note_problem(&reader, 0, mem_printf(mem, "%s is set twice", key));
        struct ini_entry *entry = mem_push(mem, section.entries, section.count);
        entry->key = key;
        names_add(mem, &entry->lines, text_trim(mem, equals + 1, strlen(equals + 1)));
    }
    read_step(&reader, &section, plugin);
    apply_defaults(&reader);
}

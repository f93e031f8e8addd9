#include "catalog.h"

#include "loader.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIBE_SECONDS = 10 };

static const char *const type_names[] = {"text",   "path",      "list",   "list of paths",
                                         "number", "yes or no", "one of", "list of"};

static int describe(struct run *run, const char *name, struct plugin_info *ret, struct err *err)
{
    const struct step step = {.name = name, .plugin = name, .timeout = DESCRIBE_SECONDS};
    const char *file = mem_printf(run->mem, "%s/%s.so", run->world.plugin_dir, name);
    struct names known = {0};
    if (access(file, F_OK) < 0 && loader_names(run->mem, run->world.plugin_dir, &known) == 0)
        return err_set(err, STATUS_REJECTED, "no plugin is called %s in %s%s", name,
                       run->world.plugin_dir, config_did_you_mean(run->mem, name, &known));
    return run_describe(run, &step, ret, err);
}

/* Text of several lines, escaped line by line. */
static void show_text(const struct run *run, const char *text, const char *indent)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)printf("%s%s\n", length > 0 ? indent : "", text_escape(run->mem, text, length));
        text += length + (text[length] == '\n');
    }
}

static void show_key(const struct tfhook_key *key)
{
    (void)printf("\n  %s (%s%s%s", key->name, type_names[key->type],
                 key->choices != NULL ? " " : "", key->choices != NULL ? key->choices : "");
    if (key->type == TFHOOK_NUMBER)
        (void)printf(" from %ld to %ld", key->min, key->max);
    if (key->required)
        (void)printf("; required");
    if (key->fallback != NULL)
        (void)printf("; default %s", key->fallback);
    (void)printf(")\n      %s\n", key->help);
}

static void show_manual(const struct run *run, const struct plugin_info *plugin)
{
    (void)printf("%s %s: %s\n%s\n\n", plugin->name, plugin->version, plugin->summary, plugin->file);
    show_text(run, plugin->manual, "  ");
    (void)printf("\nKeys:\n");
    for (size_t i = 0; i < plugin->key_count; i++)
        show_key(&plugin->keys[i]);
}

static json_t *keys_to_json(const struct plugin_info *plugin)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plugin->key_count; i++) {
        const struct tfhook_key *key = &plugin->keys[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:b, s:o, s:s}", "name", key->name, "type",
                            type_names[key->type], "choices",
                            key->choices != NULL ? json_string(key->choices) : json_null(),
                            "required", key->required, "default",
                            key->fallback != NULL ? json_string(key->fallback) : json_null(),
                            "help", key->help));
    }
    return list;
}

static json_t *to_json(const struct run *run, const struct plugin_info *plugin)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "name", plugin->name, "version",
                     plugin->version, "summary", plugin->summary, "file", plugin->file, "manual",
                     text_escape_lines(run->mem, plugin->manual), "plans", plugin->plans,
                     "verifies", plugin->verifies, "keys", keys_to_json(plugin));
}

static void print_json(json_t *plugins, const char *error)
{
    json_t *json = json_pack("{s:i, s:s, s:o, s:o}", "schema", 1, "command", "plugins", "plugins",
                             plugins, "error", error != NULL ? json_string(error) : json_null());
    char *text = json_dumps(json, JSON_COMPACT);
    if (text != NULL)
        (void)puts(text);
    free(text);
    json_decref(json);
}

int catalog_command(struct run *run, struct err *err)
{
    struct names names = {0};
    int rc = 0;
    if (run->cli.name != NULL)
        names_add(run->mem, &names, run->cli.name);
    else
        rc = loader_names(run->mem, run->world.plugin_dir, &names);
    if (rc < 0)
        rc = err_errno(err, STATUS_REJECTED, -rc,
                       "cannot read the plugin directory %s (name "
                       "another with --plugin-dir)",
                       run->world.plugin_dir);
    json_t *list = json_array();
    for (size_t i = 0; i < names.count; i++) {
        struct plugin_info plugin = {0};
        if (describe(run, names.names[i], &plugin, err) < 0) {
            rc = -1;
            continue;
        }
        if (run->talk.json)
            (void)json_array_append_new(list, to_json(run, &plugin));
        else if (run->cli.name != NULL)
            show_manual(run, &plugin);
        else
            (void)printf("%-16s %-8s %s\n", plugin.name, plugin.version, plugin.summary);
    }
    if (run->talk.json)
        print_json(list, err->text);
    else
        json_decref(list);
    return rc;
}

/*
 * The command `plugins [NAME]`: what is in the plugin directory, and the manual of one, made from
 * its descriptor.
 */
#include "commands.h"

#include "interrupt.h"
#include "report_json.h"

#include <string.h>
#include <unistd.h>

enum { DESCRIBE_SECONDS = 10, COLUMNS = 80 };

static const char *const type_names[] = {"text",   "path",      "list",   "list of paths",
                                         "number", "yes or no", "one of", "list of"};

static int describe_plugin(struct session *session, const char *name, struct plugin_info *ret,
                           struct err *err)
{
    const struct step step = {.name = name, .plugin = name, .timeout = DESCRIBE_SECONDS};
    const char *missing = pipeline_missing_plugin(session, name);
    if (missing != NULL)
        return err_set(err, STATUS_REJECTED, "%s", missing);
    struct runner runner = {.step = &step};
    if (pipeline_describe(session, &runner, err) < 0)
        return -1;
    (void)close(runner.file->fd); /* there may be more plugins than descriptors */
    *ret = runner.plugin;
    return 0;
}

static int count_columns(const char *text, size_t length)
{
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* One line, broken at blanks; what it is broken into stands `hanging` columns further right. */
static void show_wrapped(const char *line, int indent, int hanging)
{
    int at = 0;
    while (*line != '\0') {
        size_t blanks = strspn(line, " ");
        size_t length = blanks + strcspn(line + blanks, " ");
        int width = count_columns(line, length);
        if (at == 0) {
            at = printf("%*s", indent, "");
        } else if (at + width > COLUMNS && blanks > 0) {
            at = printf("\n%*s", indent + hanging, "") - 1;
            line += blanks;
            length -= blanks;
            width -= (int)blanks;
        }
        (void)printf("%.*s", (int)length, line);
        at += width;
        line += length;
    }
    (void)putchar('\n');
}

/* Text of several lines, escaped line by line. A line that begins with a blank is an example or a
 * table: it stays whole. */
static void show_text(const struct session *session, const char *text, int indent)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = text_escape(session->mem, text, length);
        if (line[0] == ' ')
            (void)printf("%*s%s\n", indent, "", line);
        else
            show_wrapped(line, indent, 0);
        text += length + (text[length] == '\n');
    }
}

static void show_key(const struct session *session, const struct tfhook_key *key)
{
    struct mem *mem = session->mem;
    const char *line =
        mem_printf(mem, "%s (%s%s%s", key->name, type_names[key->type],
                   key->choices != NULL ? " " : "", key->choices != NULL ? key->choices : "");
    if (key->type == TFHOOK_NUMBER)
        line = mem_printf(mem, "%s from %ld to %ld", line, key->min, key->max);
    if (key->required)
        line = mem_printf(mem, "%s; required", line);
    if (key->fallback != NULL)
        line = mem_printf(mem, "%s; default %s", line, key->fallback);
    (void)putchar('\n');
    show_wrapped(text_shown(mem, mem_printf(mem, "%s)", line)), 2, 8);
    show_text(session, key->help, 6);
}

static void show_manual(const struct session *session, const struct plugin_info *plugin)
{
    (void)printf("%s %s: %s\n%s\n\n", plugin->name, plugin->version, plugin->summary,
                 text_shown(session->mem, plugin->file));
    show_text(session, plugin->manual, 2);
    (void)printf(plugin->key_count > 0 ? "\nKeys:\n" : "\nIt has no keys.\n");
    for (size_t i = 0; i < plugin->key_count; i++)
        show_key(session, &plugin->keys[i]);
}

static json_t *keys_to_json(struct mem *mem, const struct plugin_info *plugin)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plugin->key_count; i++) {
        const struct tfhook_key *key = &plugin->keys[i];
        bool number = key->type == TFHOOK_NUMBER;
        json_t *json =
            json_pack("{s:s, s:s, s:s?, s:o, s:o, s:b, s:s?, s:s}", "name", key->name, "type",
                      type_names[key->type], "choices", text_shown(mem, key->choices), "minimum",
                      report_json_number(number, key->min), "maximum",
                      report_json_number(number, key->max), "required", key->required != 0,
                      "default", text_shown(mem, key->fallback), "help", key->help);
        (void)json_array_append_new(list, json);
    }
    return list;
}

static json_t *to_json(struct mem *mem, const struct plugin_info *plugin)
{
    return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:b, s:b, s:o}", "name", plugin->name, "version",
                     plugin->version, "summary", plugin->summary, "file",
                     text_shown(mem, plugin->file), "manual",
                     text_escape_lines(mem, plugin->manual), "plans", plugin->plans, "verifies",
                     plugin->verifies, "keys", keys_to_json(mem, plugin));
}

int command_plugins(struct session *session, struct err *err)
{
    struct names names = {0};
    int rc = pipeline_open_plugins(session, err);
    if (rc == 0 && session->cli.name != NULL)
        names_add(session->mem, &names, session->cli.name);
    else if (rc == 0)
        rc = err_errno(err, STATUS_REJECTED,
                       -loader_names(session->mem, session->environment.plugin_dir, &names),
                       "cannot list %s", session->environment.plugin_dir);
    json_t *list = json_array();
    struct names problems = {0};
    for (size_t i = 0; i < names.count; i++) {
        struct plugin_info plugin = {0};
        struct err problem = {.mem = session->mem};
        if (describe_plugin(session, names.names[i], &plugin, &problem) < 0) {
            names_add(session->mem, &problems, problem.text);
            continue;
        }
        if (session->log.json)
            (void)json_array_append_new(list, to_json(session->mem, &plugin));
        else if (session->cli.name != NULL)
            show_manual(session, &plugin);
        else
            (void)printf("%-16s %-8s %s\n", plugin.name, plugin.version, plugin.summary);
    }
    if (problems.count > 0)
        rc = err_set(err, interrupt_pending ? STATUS_FAILED : STATUS_REJECTED, "%s",
                     names_join(session->mem, &problems, "\n"));
    if (session->log.json)
        report_json_print(session, json_pack("{s:i, s:s, s:o, s:s?}", "schema", 1, "command",
                                             "plugins", "plugins", list, "error", err->text));
    else
        json_decref(list);
    return rc;
}

#include "journal_json.h"

#include "digest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* {"format": 2, "sha256": "...", "body": {...}}: the digest is that of the body, printed compactly.
 * Without it, a disk that garbles a path would make us believe that a file was never there. Later
 * releases read what this one writes: a key keeps its name and its meaning. */
enum { FORMAT = 2 };

/* --- to JSON --- */

/* Paths and lines are bytes, JSON is UTF-8: what is none is written as {"hex": "..."}. */
static json_t *bytes_to_json(const char *bytes)
{
    if (bytes == NULL)
        return json_null();
    json_t *text = json_string(bytes);
    if (text != NULL)
        return text;
    struct mem mem = {0};
    json_t *object = json_pack("{s:s}", "hex", text_hex(&mem, bytes, strlen(bytes)));
    mem_free(&mem);
    return object;
}

/* A journal in which something is missing would be a lie; jansson fails only when memory is out. */
static void append_item(json_t *list, json_t *item)
{
    if (json_array_append_new(list, item) < 0)
        mem_exhausted();
}

static json_t *edit_to_json(const struct edit *edit)
{
    return json_pack("{s:o, s:o, s:I, s:s, s:s, s:b}", "old", bytes_to_json(edit->old_line), "new",
                     bytes_to_json(edit->new_line), "index", (json_int_t)edit->index, "before",
                     edit->before, "after", edit->after, "alone", edit->alone);
}

static json_t *entry_to_json(const struct entry *entry)
{
    const struct change *change = &entry->change;
    json_t *edits = json_array();
    json_t *summary = json_array();
    for (size_t i = 0; i < change->edits.count; i++)
        append_item(edits, edit_to_json(&change->edits.items[i]));
    for (size_t i = 0; i < change->summary.count; i++)
        append_item(summary, bytes_to_json(change->summary.names[i]));
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:i, s:i, s:o, s:i, s:b, s:o, s:o, s:o}",
        "action", action_names[change->action], "step", bytes_to_json(change->step), "path",
        bytes_to_json(change->path), "real", bytes_to_json(change->real), "temp",
        bytes_to_json(entry->temp), "link", bytes_to_json(entry->link), "existed", change->existed,
        "old_sha256", bytes_to_json(change->old_sha256), "old_mode", change->old_mode, "old_uid",
        (int)entry->old_uid, "old_gid", (int)entry->old_gid, "new_sha256",
        bytes_to_json(change->new_sha256), "mode", change->mode, "secret", change->secret, "backup",
        bytes_to_json(entry->backup), "edits", edits, "summary", summary);
}

static json_t *body_to_json(const struct journal *journal)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < journal->count; i++)
        append_item(entries, entry_to_json(&journal->entries[i]));
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o}", "seq",
                     (json_int_t)journal->seq, "command", bytes_to_json(journal->command), "hook",
                     bytes_to_json(journal->hook), "user", bytes_to_json(journal->user), "host",
                     bytes_to_json(journal->host), "started", bytes_to_json(journal->started),
                     "undoes", (json_int_t)journal->undoes, "partial", journal->partial, "entries",
                     entries);
}

static char *print_json(struct mem *mem, const json_t *json, size_t flags)
{
    char *text = json_dumps(json, flags);
    if (text == NULL)
        mem_exhausted();
    char *copy = mem_str(mem, text);
    free(text);
    return copy;
}

/* Of a body as it was made or as it was read: jansson keeps the order of the members. */
static const char *body_digest(struct mem *mem, const json_t *body)
{
    const char *text = print_json(mem, body, JSON_COMPACT);
    return digest(mem, text, strlen(text));
}

char *journal_to_json(struct mem *mem, const struct journal *journal)
{
    json_t *body = body_to_json(journal);
    json_auto_t *whole = json_pack("{s:i, s:s, s:o}", "format", FORMAT, "sha256",
                                   body_digest(mem, body), "body", body);
    return print_json(mem, whole, JSON_INDENT(1));
}

/* --- from JSON --- */

/* An object that is read member by member. */
struct reader {
    struct mem *mem;
    const json_t *json;
    bool broken; /* a member was missing, or was of another type */
};

/* NULL for null, and for what is neither. */
static const char *bytes_from_json(struct mem *mem, const json_t *json)
{
    const char *hex = json_string_value(json_object_get(json, "hex"));
    if (hex != NULL)
        return text_from_hex(mem, hex);
    return json_is_string(json) ? mem_str(mem, json_string_value(json)) : NULL;
}

/* NULL for null. */
static const char *read_bytes(struct reader *reader, const char *key)
{
    const json_t *json = json_object_get(reader->json, key);
    reader->broken |= json == NULL;
    return bytes_from_json(reader->mem, json);
}

static const char *read_text(struct reader *reader, const char *key)
{
    const char *text = read_bytes(reader, key);
    reader->broken |= text == NULL;
    return text;
}

static json_int_t read_number(struct reader *reader, const char *key)
{
    const json_t *json = json_object_get(reader->json, key);
    reader->broken |= !json_is_integer(json);
    return json_integer_value(json);
}

static bool read_flag(struct reader *reader, const char *key)
{
    const json_t *json = json_object_get(reader->json, key);
    reader->broken |= !json_is_boolean(json);
    return json_is_true(json);
}

static enum action read_action(struct reader *reader)
{
    const char *name = json_string_value(json_object_get(reader->json, "action"));
    for (int i = ACTION_WRITE; name != NULL && i < ACTIONS; i++)
        if (strcmp(name, action_names[i]) == 0)
            return (enum action)i;
    reader->broken = true;
    return ACTION_WRITE;
}

static bool edit_from_json(struct mem *mem, const json_t *json, struct edit *ret)
{
    struct reader reader = {.mem = mem, .json = json};
    json_int_t index = read_number(&reader, "index");
    *ret = (struct edit){.old_line = read_bytes(&reader, "old"),
                         .new_line = read_bytes(&reader, "new"),
                         .index = (size_t)index,
                         .before = read_text(&reader, "before"),
                         .after = read_text(&reader, "after"),
                         .alone = read_flag(&reader, "alone")};
    return !reader.broken && index >= 0 && (ret->old_line != NULL || ret->new_line != NULL);
}

/* What an undo will need must be there. */
static bool is_whole(const struct entry *entry)
{
    const struct change *change = &entry->change;
    if (change->action == ACTION_DIRECTORY)
        return true;
    if (entry->temp == NULL || change->action == ACTION_REMOVE_DIRECTORY)
        return entry->temp != NULL;
    return (!change->existed || change->old_sha256 != NULL) &&
           (change->existed == (entry->backup != NULL) || change->action == ACTION_EDIT) &&
           (change->action == ACTION_REMOVE || change->new_sha256 != NULL);
}

static bool entry_from_json(struct mem *mem, const json_t *json, struct entry *ret)
{
    struct reader reader = {.mem = mem, .json = json};
    const json_t *edits = json_object_get(json, "edits");
    const json_t *summary = json_object_get(json, "summary");
    struct change *change = &ret->change;
    *change = (struct change){.action = read_action(&reader),
                              .step = read_text(&reader, "step"),
                              .path = read_text(&reader, "path"),
                              .real = read_text(&reader, "real"),
                              .existed = read_flag(&reader, "existed"),
                              .old_sha256 = read_bytes(&reader, "old_sha256"),
                              .old_mode = (int)read_number(&reader, "old_mode"),
                              .new_sha256 = read_bytes(&reader, "new_sha256"),
                              .mode = (int)read_number(&reader, "mode"),
                              .secret = read_flag(&reader, "secret")};
    ret->temp = read_bytes(&reader, "temp");
    ret->link = read_bytes(&reader, "link");
    ret->old_uid = (unsigned)read_number(&reader, "old_uid");
    ret->old_gid = (unsigned)read_number(&reader, "old_gid");
    ret->backup = read_bytes(&reader, "backup");
    for (size_t i = 0; i < json_array_size(edits); i++)
        reader.broken |= !edit_from_json(mem, json_array_get(edits, i),
                                         mem_push(mem, change->edits.items, change->edits.count));
    for (size_t i = 0; i < json_array_size(summary); i++) {
        const char *line = bytes_from_json(mem, json_array_get(summary, i));
        names_add(mem, &change->summary, line != NULL ? line : "");
    }
    return !reader.broken && edits != NULL && summary != NULL && is_whole(ret);
}

/* Into a journal whose number is known: the text must have the same. */
static bool body_from_json(struct mem *mem, const json_t *json, struct journal *ret)
{
    struct reader reader = {.mem = mem, .json = json};
    const json_t *entries = json_object_get(json, "entries");
    reader.broken = read_number(&reader, "seq") != ret->seq || !json_is_array(entries);
    ret->command = read_text(&reader, "command");
    ret->hook = read_bytes(&reader, "hook");
    ret->user = read_text(&reader, "user");
    ret->host = read_text(&reader, "host");
    ret->started = read_text(&reader, "started");
    ret->undoes = (long)read_number(&reader, "undoes");
    ret->partial = read_flag(&reader, "partial");
    for (size_t i = 0; !reader.broken && i < json_array_size(entries); i++)
        reader.broken = !entry_from_json(mem, json_array_get(entries, i),
                                         mem_push(mem, ret->entries, ret->count));
    return !reader.broken;
}

const char *journal_from_json(struct mem *mem, const struct blob *text, struct journal *journal)
{
    int format = 0;
    const char *sha256 = NULL;
    json_t *body = NULL;
    json_error_t parse;
    json_auto_t *json =
        json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, &parse);
    struct journal read = {.seq = journal->seq, .phase = journal->phase, .dir = journal->dir};
    if (json == NULL)
        return mem_printf(mem, "line %d: %s", parse.line, parse.text);
    if (json_unpack(json, "{s:i, s:s, s:o}", "format", &format, "sha256", &sha256, "body", &body) !=
        0)
        return "a part is missing";
    if (format != FORMAT)
        return mem_printf(mem, "its format is %d, and this tfhook knows %d", format, FORMAT);
    if (strcmp(body_digest(mem, body), sha256) != 0)
        return "it has changed since it was written";
    if (!body_from_json(mem, body, &read))
        return "a part is missing";
    *journal = read;
    return NULL;
}

#include "journal_json.h"

#include "digest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* {"format": 2, "sha256": "...", "body": {...}}: the digest is that of the body, printed compactly.
 * What a disk has garbled would otherwise be taken for the truth where it is still JSON: a wrong
 * path is a file that is not there, which looks like one that was never made. */
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

/* A list without one of its items would be a lie: then there is no list. */
static json_t *append_item(json_t *list, json_t *item)
{
    if (list != NULL && json_array_append_new(list, item) == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *edits_to_json(const struct placed_edits *edits)
{
    json_t *list = json_array();
    for (size_t i = 0; i < edits->count; i++) {
        const struct placed_edit *edit = &edits->items[i];
        list = append_item(
            list, json_pack("{s:o, s:o, s:I, s:s, s:s, s:b}", "old", bytes_to_json(edit->old_line),
                            "new", bytes_to_json(edit->new_line), "index", (json_int_t)edit->index,
                            "before", edit->before, "after", edit->after, "alone", edit->alone));
    }
    return list;
}

static json_t *names_to_json(const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        list = append_item(list, bytes_to_json(names->names[i]));
    return list;
}

static json_t *entry_to_json(const struct entry *entry)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:i, s:i, s:o, s:i, s:b, s:o, "
                     "s:o, s:o}",
                     "action", action_names[entry->action], "step", bytes_to_json(entry->step),
                     "path", bytes_to_json(entry->path), "real", bytes_to_json(entry->real), "temp",
                     bytes_to_json(entry->temp), "link", bytes_to_json(entry->link), "existed",
                     entry->existed, "old_sha256", bytes_to_json(entry->old_sha256), "old_mode",
                     (int)entry->old_mode, "old_uid", (int)entry->old_uid, "old_gid",
                     (int)entry->old_gid, "new_sha256", bytes_to_json(entry->new_sha256), "mode",
                     entry->mode, "secret", entry->secret, "backup", bytes_to_json(entry->backup),
                     "edits", edits_to_json(&entry->edits), "summary",
                     names_to_json(&entry->summary));
}

static json_t *to_json(const struct journal *journal)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < journal->count; i++)
        entries = append_item(entries, entry_to_json(&journal->entries[i]));
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o}", "seq",
                     (json_int_t)journal->seq, "command", bytes_to_json(journal->command), "hook",
                     bytes_to_json(journal->hook), "user", bytes_to_json(journal->user), "host",
                     bytes_to_json(journal->host), "started", bytes_to_json(journal->started),
                     "undoes", (json_int_t)journal->undoes, "partial", journal->partial, "entries",
                     entries);
}

/* Of a body as it was made or as it was read: jansson keeps the order of the members. NULL: memory
 * is out. */
static const char *body_digest(struct mem *mem, const json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    const char *sha256 = text == NULL ? NULL : digest(mem, text, strlen(text));
    free(text);
    return sha256;
}

char *journal_to_json(struct mem *mem, const struct journal *journal)
{
    json_t *body = to_json(journal);
    const char *sha256 = body == NULL ? NULL : body_digest(mem, body);
    json_t *whole = sha256 == NULL ? NULL
                                   : json_pack("{s:i, s:s, s:O}", "format", FORMAT, "sha256",
                                               sha256, "body", body);
    char *text = whole == NULL ? NULL : json_dumps(whole, JSON_INDENT(1));
    json_decref(whole);
    json_decref(body);
    return text;
}

/* --- from JSON --- */

/* NULL for null, and for what is neither. */
static const char *bytes_from_json(struct mem *mem, const json_t *json)
{
    const char *hex = json_string_value(json_object_get(json, "hex"));
    if (hex != NULL)
        return text_from_hex(mem, hex);
    return json_is_string(json) ? mem_str(mem, json_string_value(json)) : NULL;
}

static const char *copy_text(struct mem *mem, const char *text)
{
    return text == NULL ? NULL : mem_str(mem, text);
}

static int edits_from_json(struct mem *mem, const json_t *list, struct placed_edits *ret)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *old_line = NULL, *new_line = NULL; /* may be null */
        const char *before = NULL, *after = NULL;
        json_int_t index = 0;
        int alone = 0;
        if (json_unpack(json_array_get(list, i), "{s:o, s:o, s:I, s:s, s:s, s:b}", "old", &old_line,
                        "new", &new_line, "index", &index, "before", &before, "after", &after,
                        "alone", &alone) != 0 ||
            index < 0 || (json_is_null(old_line) && json_is_null(new_line)))
            return -1;
        *mem_push(mem, ret->items, ret->count) =
            (struct placed_edit){.old_line = bytes_from_json(mem, old_line),
                                 .new_line = bytes_from_json(mem, new_line),
                                 .index = (size_t)index,
                                 .before = copy_text(mem, before),
                                 .after = copy_text(mem, after),
                                 .alone = alone != 0};
    }
    return 0;
}

static int action_from_name(const char *name, enum action *ret)
{
    for (int i = ACTION_WRITE; i < ACTIONS; i++) {
        if (strcmp(name, action_names[i]) == 0) {
            *ret = (enum action)i;
            return 0;
        }
    }
    return -1;
}

static int entry_from_json(struct mem *mem, json_t *json, struct entry *ret)
{
    const char *action = NULL;
    json_t *step = NULL, *path = NULL, *real = NULL, *edits = NULL, *summary = NULL;
    json_t *temp = NULL, *link = NULL, *old_sha256 = NULL, *new_sha256 = NULL,
           *backup = NULL; /* may be null */
    int existed = 0, mode = -1, secret = 0;
    int old_mode = 0, old_uid = 0, old_gid = 0;
    struct entry entry = {0};
    if (json_unpack(json,
                    "{s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:i, s:i, s:o, s:i, s:b, s:o, "
                    "s:o, s:o}",
                    "action", &action, "step", &step, "path", &path, "real", &real, "temp", &temp,
                    "link", &link, "existed", &existed, "old_sha256", &old_sha256, "old_mode",
                    &old_mode, "old_uid", &old_uid, "old_gid", &old_gid, "new_sha256", &new_sha256,
                    "mode", &mode, "secret", &secret, "backup", &backup, "edits", &edits, "summary",
                    &summary) != 0 ||
        action_from_name(action, &entry.action) < 0 ||
        edits_from_json(mem, edits, &entry.edits) < 0)
        return -1;
    entry.step = bytes_from_json(mem, step);
    entry.path = bytes_from_json(mem, path);
    entry.real = bytes_from_json(mem, real);
    entry.temp = bytes_from_json(mem, temp);
    entry.link = bytes_from_json(mem, link);
    entry.existed = existed != 0;
    entry.old_sha256 = bytes_from_json(mem, old_sha256);
    entry.old_mode = (unsigned)old_mode;
    entry.old_uid = (unsigned)old_uid;
    entry.old_gid = (unsigned)old_gid;
    entry.new_sha256 = bytes_from_json(mem, new_sha256);
    entry.mode = mode;
    entry.secret = secret != 0;
    entry.backup = bytes_from_json(mem, backup);
    for (size_t i = 0; i < json_array_size(summary); i++) {
        const char *line = bytes_from_json(mem, json_array_get(summary, i));
        names_add(mem, &entry.summary, line != NULL ? line : "");
    }
    *ret = entry;
    /* What undoing will need must be there. */
    bool directory = entry.action == ACTION_DIRECTORY ||
                     (entry.action == ACTION_REMOVE_DIRECTORY && entry.temp != NULL);
    bool file = entry.temp != NULL && (!entry.existed || entry.old_sha256 != NULL) &&
                (entry.existed == (entry.backup != NULL) || entry.action == ACTION_EDIT) &&
                (entry.action == ACTION_REMOVE || entry.new_sha256 != NULL);
    return entry.step != NULL && entry.path != NULL && entry.real != NULL && (directory || file)
               ? 0
               : -1;
}

static int from_body(struct mem *mem, json_t *json, struct journal *ret)
{
    int partial = 0;
    json_int_t seq = 0, undoes = 0;
    json_t *command = NULL, *hook = NULL, *user = NULL, *host = NULL, *started = NULL;
    json_t *entries = NULL;
    if (json_unpack(json, "{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o}", "seq", &seq, "command",
                    &command, "hook", &hook, "user", &user, "host", &host, "started", &started,
                    "undoes", &undoes, "partial", &partial, "entries", &entries) != 0 ||
        seq != ret->seq || !json_is_array(entries))
        return -1;
    ret->command = bytes_from_json(mem, command);
    ret->hook = bytes_from_json(mem, hook); /* may be null */
    ret->user = bytes_from_json(mem, user);
    ret->host = bytes_from_json(mem, host);
    ret->started = bytes_from_json(mem, started);
    if (ret->command == NULL || ret->user == NULL || ret->host == NULL || ret->started == NULL)
        return -1;
    ret->undoes = (long)undoes;
    ret->partial = partial != 0;
    for (size_t i = 0; i < json_array_size(entries); i++)
        if (entry_from_json(mem, json_array_get(entries, i),
                            mem_push(mem, ret->entries, ret->count)) < 0)
            return -1;
    return 0;
}

static const char *from_json(struct mem *mem, json_t *json, struct journal *ret)
{
    int format = 0;
    const char *sha256 = NULL;
    json_t *body = NULL;
    if (json_unpack(json, "{s:i, s:s, s:o}", "format", &format, "sha256", &sha256, "body", &body) !=
        0)
        return "a part is missing";
    if (format != FORMAT)
        return mem_printf(mem, "its format is %d, and this tfhook knows %d", format, FORMAT);
    const char *now = body_digest(mem, body);
    if (now == NULL || strcmp(now, sha256) != 0)
        return "it has changed since it was written";
    return from_body(mem, body, ret) < 0 ? "a part is missing" : NULL;
}

const char *journal_from_json(struct mem *mem, const struct blob *text, struct journal *journal)
{
    json_error_t parse;
    json_t *json = json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, &parse);
    struct journal read = *journal;
    read.entries = NULL;
    read.count = 0;
    const char *why = json == NULL ? mem_printf(mem, "line %d: %s", parse.line, parse.text)
                                   : from_json(mem, json, &read);
    json_decref(json);
    if (why == NULL)
        *journal = read;
    return why;
}

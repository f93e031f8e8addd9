#include "journal_json.h"

#include "digest.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* {"format": 2, "sha256": "...", "body": {...}}: the digest is that of the body, printed compactly.
 * Without it a disk that garbles a path would make us believe that a file was never there. */
enum { FORMAT = 2 };

/* The members of each object, in the order in which they are written. Their names are read by every
 * later release. */
enum kind {
    BYTES, /* const char *; null for NULL */
    FLAG,  /* bool */
    INT,   /* int or unsigned */
    LONG,  /* long */
    INDEX, /* size_t */
    ACTION /* enum action, by its name */
};
struct member {
    const char *key; /* NULL ends the table */
    enum kind kind;
    size_t offset;
};

static const struct member edit_members[] = {{"old", BYTES, offsetof(struct edit, old_line)},
                                             {"new", BYTES, offsetof(struct edit, new_line)},
                                             {"index", INDEX, offsetof(struct edit, index)},
                                             {"before", BYTES, offsetof(struct edit, before)},
                                             {"after", BYTES, offsetof(struct edit, after)},
                                             {"alone", FLAG, offsetof(struct edit, alone)},
                                             {0}};

/* And the lists "edits" and "summary". */
static const struct member entry_members[] = {
    {"action", ACTION, offsetof(struct entry, change.action)},
    {"step", BYTES, offsetof(struct entry, change.step)},
    {"path", BYTES, offsetof(struct entry, change.path)},
    {"real", BYTES, offsetof(struct entry, change.real)},
    {"temp", BYTES, offsetof(struct entry, temp)},
    {"link", BYTES, offsetof(struct entry, link)},
    {"existed", FLAG, offsetof(struct entry, change.existed)},
    {"old_sha256", BYTES, offsetof(struct entry, change.old_sha256)},
    {"old_mode", INT, offsetof(struct entry, change.old_mode)},
    {"old_uid", INT, offsetof(struct entry, old_uid)},
    {"old_gid", INT, offsetof(struct entry, old_gid)},
    {"new_sha256", BYTES, offsetof(struct entry, change.new_sha256)},
    {"mode", INT, offsetof(struct entry, change.mode)},
    {"secret", FLAG, offsetof(struct entry, change.secret)},
    {"backup", BYTES, offsetof(struct entry, backup)},
    {0}};

/* And the list "entries". */
static const struct member journal_members[] = {
    {"seq", LONG, offsetof(struct journal, seq)},
    {"command", BYTES, offsetof(struct journal, command)},
    {"hook", BYTES, offsetof(struct journal, hook)},
    {"user", BYTES, offsetof(struct journal, user)},
    {"host", BYTES, offsetof(struct journal, host)},
    {"started", BYTES, offsetof(struct journal, started)},
    {"undoes", LONG, offsetof(struct journal, undoes)},
    {"partial", FLAG, offsetof(struct journal, partial)},
    {0}};

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

static json_t *member_to_json(enum kind kind, const void *at)
{
    switch (kind) {
    case BYTES:
        return bytes_to_json(*(const char *const *)at);
    case FLAG:
        return json_boolean(*(const bool *)at);
    case INT:
        return json_integer(*(const int *)at);
    case LONG:
        return json_integer(*(const long *)at);
    case INDEX:
        return json_integer((json_int_t) * (const size_t *)at);
    case ACTION:
        return json_string(action_names[*(const enum action *)at]);
    }
    return NULL;
}

/* A journal in which something is missing would be a lie; jansson fails only when memory is out. */
static void set_member(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        mem_exhausted();
}

static void append_item(json_t *list, json_t *item)
{
    if (json_array_append_new(list, item) < 0)
        mem_exhausted();
}

static json_t *object_to_json(const struct member *members, const void *object)
{
    json_t *json = json_object();
    for (; members->key != NULL; members++)
        set_member(json, members->key,
                   member_to_json(members->kind, (const char *)object + members->offset));
    return json;
}

static json_t *entry_to_json(const struct entry *entry)
{
    const struct change *change = &entry->change;
    json_t *json = object_to_json(entry_members, entry);
    json_t *edits = json_array();
    json_t *summary = json_array();
    for (size_t i = 0; i < change->edits.count; i++)
        append_item(edits, object_to_json(edit_members, &change->edits.items[i]));
    for (size_t i = 0; i < change->summary.count; i++)
        append_item(summary, bytes_to_json(change->summary.names[i]));
    set_member(json, "edits", edits);
    set_member(json, "summary", summary);
    return json;
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
    json_t *body = object_to_json(journal_members, journal);
    json_t *entries = json_array();
    for (size_t i = 0; i < journal->count; i++)
        append_item(entries, entry_to_json(&journal->entries[i]));
    set_member(body, "entries", entries);
    json_t *whole = json_object();
    set_member(whole, "format", json_integer(FORMAT));
    set_member(whole, "sha256", json_string(body_digest(mem, body)));
    set_member(whole, "body", body);
    char *text = print_json(mem, whole, JSON_INDENT(1));
    json_decref(whole);
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

static int action_from_json(const json_t *json, enum action *ret)
{
    for (int i = ACTION_WRITE; json_is_string(json) && i < ACTIONS; i++) {
        if (strcmp(json_string_value(json), action_names[i]) == 0) {
            *ret = (enum action)i;
            return 0;
        }
    }
    return -1;
}

static int member_from_json(struct mem *mem, enum kind kind, const json_t *json, void *ret)
{
    bool fits = kind == BYTES || kind == ACTION ? json != NULL
                : kind == FLAG                  ? json_is_boolean(json)
                                                : json_is_integer(json);
    if (!fits)
        return -1;
    json_int_t number = json_integer_value(json);
    switch (kind) {
    case BYTES:
        *(const char **)ret = bytes_from_json(mem, json);
        return 0;
    case FLAG:
        *(bool *)ret = json_is_true(json);
        return 0;
    case INT:
        *(int *)ret = (int)number;
        return 0;
    case LONG:
        *(long *)ret = (long)number;
        return 0;
    case INDEX:
        *(size_t *)ret = (size_t)number;
        return number < 0 ? -1 : 0;
    case ACTION:
        return action_from_json(json, ret);
    }
    return -1;
}

static int object_from_json(struct mem *mem, const struct member *members, const json_t *json,
                            void *ret)
{
    for (; members->key != NULL; members++)
        if (member_from_json(mem, members->kind, json_object_get(json, members->key),
                             (char *)ret + members->offset) < 0)
            return -1;
    return 0;
}

static int edit_from_json(struct mem *mem, const json_t *json, struct edit *ret)
{
    return object_from_json(mem, edit_members, json, ret) == 0 &&
                   (ret->old_line != NULL || ret->new_line != NULL) && ret->before != NULL &&
                   ret->after != NULL
               ? 0
               : -1;
}

/* What an undo will need must be there. */
static bool is_whole(const struct entry *entry)
{
    const struct change *change = &entry->change;
    if (change->step == NULL || change->path == NULL || change->real == NULL)
        return false;
    if (change->action == ACTION_DIRECTORY)
        return true;
    if (entry->temp == NULL || change->action == ACTION_REMOVE_DIRECTORY)
        return entry->temp != NULL;
    return (!change->existed || change->old_sha256 != NULL) &&
           (change->existed == (entry->backup != NULL) || change->action == ACTION_EDIT) &&
           (change->action == ACTION_REMOVE || change->new_sha256 != NULL);
}

static int entry_from_json(struct mem *mem, const json_t *json, struct entry *ret)
{
    const json_t *edits = json_object_get(json, "edits");
    const json_t *summary = json_object_get(json, "summary");
    struct change *change = &ret->change;
    if (edits == NULL || summary == NULL || object_from_json(mem, entry_members, json, ret) < 0)
        return -1;
    for (size_t i = 0; i < json_array_size(edits); i++)
        if (edit_from_json(mem, json_array_get(edits, i),
                           mem_push(mem, change->edits.items, change->edits.count)) < 0)
            return -1;
    for (size_t i = 0; i < json_array_size(summary); i++) {
        const char *line = bytes_from_json(mem, json_array_get(summary, i));
        names_add(mem, &change->summary, line != NULL ? line : "");
    }
    return is_whole(ret) ? 0 : -1;
}

/* Into a journal whose number is known: the text must have the same. */
static int from_body(struct mem *mem, const json_t *json, struct journal *ret)
{
    const long seq = ret->seq;
    const json_t *entries = json_object_get(json, "entries");
    if (!json_is_array(entries) || object_from_json(mem, journal_members, json, ret) < 0 ||
        ret->seq != seq || ret->command == NULL || ret->user == NULL || ret->host == NULL ||
        ret->started == NULL)
        return -1;
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
    if (strcmp(body_digest(mem, body), sha256) != 0)
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

#include "value.h"

#include <string.h>

struct value_reader {
    const struct ini_problems *problems;
    unsigned line; /* of the entry; 0 for a default */
    const char *cwd;
    struct setting *setting;
};

static void refuse_value(const struct value_reader *reader, const char *text, const char *why)
{
    ini_refuse(reader->problems, reader->line, "%s = %s: %s", reader->setting->key->name, text,
               why);
}

static const char *read_path(const struct value_reader *reader, const char *text)
{
    if (text[0] == '/')
        return text;
    if (reader->cwd != NULL)
        return mem_printf(reader->problems->mem, "%s/%s", reader->cwd, text);
    refuse_value(reader, text, "the path must be absolute");
    return text;
}

static void check_choice(const struct value_reader *reader, const char *text)
{
    struct names choices = {0};
    const char *why = NULL;
    const char *all = reader->setting->key->choices;
    if (text_words(reader->problems->mem, all, &choices, &why) == 0 && !names_have(&choices, text))
        refuse_value(reader, text,
                     mem_printf(reader->problems->mem, "expected one of: %s%s", all,
                                text_did_you_mean(reader->problems->mem, text, &choices)));
}

/* A value, or an item of a list. */
static const char *read_item(const struct value_reader *reader, const char *text)
{
    const struct tfhook_key *key = reader->setting->key;
    long *number = &reader->setting->number;
    switch (key->type) {
    case TFHOOK_PATH:
    case TFHOOK_PATHS:
        return read_path(reader, text);
    case TFHOOK_LIST:
        /* ./file on the command line; what else an item may mean only the plugin knows. */
        return reader->cwd != NULL && text[0] == '.' && strchr(text, '/') != NULL
                   ? read_path(reader, text)
                   : text;
    case TFHOOK_ENUM:
    case TFHOOK_ENUMS:
        check_choice(reader, text);
        return text;
    case TFHOOK_FLAG:
        *number = strcmp(text, "yes") == 0;
        if (*number == 0 && strcmp(text, "no") != 0)
            refuse_value(reader, text, "expected yes or no");
        return text;
    case TFHOOK_NUMBER:
        if (!text_number(text, key->min, key->max, number))
            refuse_value(reader, text,
                         mem_printf(reader->problems->mem,
                                    "expected a whole number from %ld to %ld", key->min, key->max));
        return text;
    default:
        return text;
    }
}

/* The indented lines, or one line's parts between commas. */
static struct names split_list(struct mem *mem, const struct ini_entry *entry)
{
    const char *separator = entry->lines.count > 1 ? "" : ",";
    struct names items = {0};
    for (size_t i = 0; i < entry->lines.count; i++) {
        for (const char *s = entry->lines.names[i]; *s != '\0';) {
            size_t length = strcspn(s, separator);
            const char *item = text_trim(mem, s, length);
            if (item[0] != '\0')
                names_add(mem, &items, item);
            s += length + (s[length] != '\0');
        }
    }
    return items;
}

static void read_list(const struct value_reader *reader, const struct ini_entry *entry)
{
    const char *name = reader->setting->key->name;
    struct names *items = &reader->setting->items;
    *items = split_list(reader->problems->mem, entry);
    if (items->count == 0)
        ini_refuse(reader->problems, reader->line, "%s is empty", name);
    if (entry->lines.count > 1 && strchr(entry->lines.names[0], ',') != NULL)
        ini_refuse(reader->problems, reader->line,
                   "%s: write the list on one line with commas, or each item on a line of its own",
                   name);
    for (size_t i = 0; i < items->count; i++)
        items->names[i] = read_item(reader, items->names[i]);
}

void value_read(const struct ini_problems *problems, const struct tfhook_key *key,
                const struct ini_entry *entry, const char *cwd, struct setting *ret)
{
    struct ini_entry fallback = {.key = key->name};
    struct ini_problems own = *problems;
    *ret = (struct setting){.key = key, .origin = ""};
    if (entry == NULL && key->fallback == NULL)
        return;
    if (entry != NULL) {
        ret->origin = ini_place(problems, entry->line);
    } else {
        names_add(own.mem, &fallback.lines, key->fallback);
        own.whole = ""; /* a default stands in no file */
        entry = &fallback;
    }
    struct value_reader reader = {&own, entry->line, cwd, ret};
    if (key->type == TFHOOK_LIST || key->type == TFHOOK_PATHS || key->type == TFHOOK_ENUMS)
        read_list(&reader, entry);
    else if (entry->lines.count > 1)
        ini_refuse(&own, entry->line, "%s needs one value, not a list", key->name);
    else if (entry->lines.names[0][0] == '\0')
        ini_refuse(&own, entry->line, "%s needs one value", key->name);
    else
        ret->value = read_item(&reader, entry->lines.names[0]);
}

void value_key_names(struct mem *mem, const struct tfhook_key *keys, size_t count,
                     struct names *names)
{
    for (size_t i = 0; i < count; i++)
        names_add(mem, names, keys[i].name);
}

void value_refuse_unknown(const struct ini_problems *problems, const char *owner,
                          const struct ini_entry *entries, size_t count, const struct names *valid,
                          bool only_near)
{
    for (size_t i = 0; i < count; i++) {
        const char *meant = text_did_you_mean(problems->mem, entries[i].key, valid);
        if (!names_have(valid, entries[i].key) && (!only_near || meant[0] != '\0'))
            ini_refuse(problems, entries[i].line, "%s has no key %s%s", owner, entries[i].key,
                       meant);
    }
}

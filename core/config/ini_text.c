#include "ini_text.h"

#include <ctype.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, NAME_MAX_BYTES = 49 };

/* The text on its way through inih, which asks for a line and then gives what it has read in it. */
struct reading {
    const struct ini_problems *problems;
    struct ini *ini;
    const char *rest, *end; /* what inih has not asked for yet */
    unsigned line;          /* the number of the line that it was given last */
    const char *value;      /* the whole value in that line; inih may have no room for all of it */
    bool key_at_hand;       /* an indented line belongs to the last entry */
};

const char *ini_place(const struct ini_problems *problems, unsigned line)
{
    return line > 0 ? mem_printf(problems->mem, "%s:%u: ", problems->file, line) : problems->whole;
}

void ini_refuse(const struct ini_problems *problems, unsigned line, const char *format, ...)
{
    const char *text;
    MEM_FORMAT(problems->mem, format, text);
    names_add(problems->mem, problems->lines,
              mem_printf(problems->mem, "%s%s", ini_place(problems, line), text));
}

const struct ini_entry *ini_find(const struct ini_entry *entries, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].key, key) == 0)
            return &entries[i];
    return NULL;
}

/* A comment begins with " ;" anywhere, or with ; or # as the first character of a line. inih has
 * the same rule, but not every release of it applies it to an indented line. */
static void cut_comment(char *line)
{
    size_t indent = strspn(line, " \t");
    if (line[indent] == ';' || line[indent] == '#')
        line[0] = '\0';
    for (char *s = line; *s != '\0'; s++)
        if (isspace((unsigned char)s[0]) && s[1] == ';')
            s[1] = '\0';
}

/* Each returns what is wrong with a line, NULL when nothing is. */

static const char *character_fault(struct mem *mem, const char *text, size_t size)
{
    if (size > LINE_MAX_BYTES)
        return mem_printf(mem,
                          "the line is too long: %zu bytes, at most %d; put a list on indented "
                          "lines",
                          size, LINE_MAX_BYTES);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < 0x20 && text[i] != '\t')
            return mem_printf(mem, "a control character (byte 0x%02x)",
                              (unsigned)(unsigned char)text[i]);
    return text_may_be_shown(text, size) ? NULL
                                         : "not plain UTF-8: a broken or invisible character";
}

static const char *section_fault(struct reading *reading, const char *line)
{
    const struct ini_problems *problems = reading->problems;
    const char *end = strchr(line, ']');
    struct ini_section *section =
        mem_push(problems->mem, reading->ini->sections, reading->ini->count);
    *section = (struct ini_section){.name = "", .line = reading->line};
    if (end == NULL)
        return "the section's name is not closed; write [NAME]";
    size_t length = (size_t)(end - line) - 1;
    section->name = text_trim(problems->mem, line + 1, length);
    const char *rest = text_trim(problems->mem, end + 1, strlen(end + 1));
    if (strlen(section->name) >= NAME_MAX_BYTES)
        ini_refuse(problems, section->line, "the section's name is too long");
    if (strcspn(rest, ";#") != 0)
        ini_refuse(problems, section->line, "\"%s\" behind the section's name", rest);
    bool plain = strlen(section->name) == length && strchr(section->name, '\t') == NULL &&
                 strstr(section->name, "  ") == NULL;
    return plain ? NULL : "the section's name has blanks too many; write it as in [step NAME]";
}

static const char *entry_fault(struct reading *reading, const char *line)
{
    struct mem *mem = reading->problems->mem;
    size_t before = strcspn(line, "=:");
    if (reading->ini->count == 0)
        return "a line before the first [section]";
    if (line[before] != '=')
        return "expected KEY = VALUE, a [section], or an indented line of a list";
    size_t key_size = strlen(text_trim(mem, line, before));
    reading->value = text_trim(mem, line + before + 1, strlen(line + before + 1));
    return key_size == 0               ? "no key before the ="
           : key_size > NAME_MAX_BYTES ? "the key is too long"
                                       : NULL;
}

static const char *line_fault(struct reading *reading, const char *line)
{
    size_t indent = strspn(line, " \t");
    if (line[indent] == '\0')
        return NULL;
    if (indent > 0) {
        reading->value = text_trim(reading->problems->mem, line, strlen(line));
        return reading->key_at_hand
                   ? NULL
                   : "an indented line, but there is no key above that it could belong to";
    }
    reading->key_at_hand = false;
    return line[0] == '[' ? section_fault(reading, line) : entry_fault(reading, line);
}

/* inih's reader, which works like fgets(). It gives the next line without its comment, and only as
 * much of it as there is room for. In place of a line that is refused it gives a blank one. */
static char *give_line(char *room, int room_size, void *user)
{
    struct reading *reading = user;
    const char *text = reading->rest;
    if (text >= reading->end)
        return NULL;
    const char *newline = memchr(text, '\n', (size_t)(reading->end - text));
    size_t size = (size_t)((newline != NULL ? newline : reading->end) - text);
    reading->rest += size + 1;
    reading->line++;
    if (size > 0 && text[size - 1] == '\r')
        size--;
    const char *fault = character_fault(reading->problems->mem, text, size);
    char *line = mem_strn(reading->problems->mem, text, size);
    cut_comment(line);
    if (fault == NULL)
        fault = line_fault(reading, line);
    if (fault != NULL)
        ini_refuse(reading->problems, reading->line, "%s", fault);
    (void)snprintf(room, (size_t)room_size, "%.*s\n", room_size - 2, fault == NULL ? line : "");
    return room;
}

/* inih's handler, for each KEY = VALUE and each indented line. inih may have cut the value, so ours
 * is kept; what inih has read must be the beginning of it, else inih is told that the line is
 * wrong. */
static int take_value(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    struct mem *mem = reading->problems->mem;
    struct ini_section *last = &reading->ini->sections[reading->ini->count - 1];
    (void)section; /* inih does not tell of a section without entries, so ours is kept too */
    if (!reading->key_at_hand) {
        for (size_t i = 0; i < last->count; i++)
            if (strcmp(last->entries[i].key, key) == 0)
                ini_refuse(reading->problems, reading->line, "%s is set twice; first on line %u",
                           key, last->entries[i].line);
        *mem_push(mem, last->entries, last->count) =
            (struct ini_entry){.key = mem_str(mem, key), .line = reading->line};
        reading->key_at_hand = true;
    }
    names_add(mem, &last->entries[last->count - 1].lines, reading->value);
    return strncmp(reading->value, value, strlen(value)) == 0;
}

static void refuse_empty_and_repeated(const struct ini_problems *problems, const struct ini *ini)
{
    for (size_t i = 0; i < ini->count; i++) {
        const struct ini_section *section = &ini->sections[i];
        if (section->count == 0)
            ini_refuse(problems, section->line, "the section [%s] is empty", section->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(section->name, ini->sections[k].name) == 0)
                ini_refuse(problems, section->line,
                           "the section [%s] is there twice; first on line %u", section->name,
                           ini->sections[k].line);
    }
}

void ini_read(const struct ini_problems *problems, const struct blob *text, struct ini *ret)
{
    size_t before = problems->lines->count;
    const char *s = (const char *)text->data;
    bool has_bom = text->size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0;
    *ret = (struct ini){0};
    struct reading reading = {
        .problems = problems, .ini = ret, .rest = s + (has_bom ? 3 : 0), .end = s + text->size};
    int line = ini_parse_stream(give_line, &reading, take_value, &reading);
    if (ret->count == 0 && problems->lines->count == before)
        ini_refuse(problems, reading.line == 0 ? 1 : reading.line,
                   "the file is empty; it needs at least one [step NAME]");
    refuse_empty_and_repeated(problems, ret);
    if (line != 0 && problems->lines->count == before)
        ini_refuse(problems, line > 0 ? (unsigned)line : 0,
                   "this line can be read in two ways; write it plainly");
}

#include "ini_text.h"

#include <ctype.h>
#include <ini.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_MAX_BYTES = 197, SECTION_MAX_BYTES = 49, KEY_MAX_BYTES = 49 };

struct scan {
    struct mem *mem;
    struct ini *ini;
    struct names *problems;
    unsigned line;
    bool key_at_hand; /* an indented line belongs to the last entry */
};

static void note_scan_problem(struct scan *scan, const char *text)
{
    names_add(scan->mem, scan->problems,
              mem_printf(scan->mem, "%s:%u: %s", scan->ini->file, scan->line, text));
}

static struct ini_section *last_section(const struct ini *ini)
{
    return ini->count > 0 ? &ini->sections[ini->count - 1] : NULL;
}

/* As inih does: " ;" begins a comment. */
static size_t without_comment(const char *text, size_t size)
{
    for (size_t i = 1; i < size; i++)
        if (text[i] == ';' && isspace((unsigned char)text[i - 1]))
            return i;
    return size;
}

static void scan_section(struct scan *scan, const char *text, size_t size)
{
    scan->key_at_hand = false;
    const char *end = memchr(text, ']', size);
    struct ini_section *section = mem_push(scan->mem, scan->ini->sections, scan->ini->count);
    section->line = scan->line;
    if (end == NULL) {
        section->name = "";
        note_scan_problem(scan, "the section's name is not closed; write [NAME]");
        return;
    }
    section->name = text_trim(scan->mem, text + 1, (size_t)(end - text) - 1);
    const char *rest = text_trim(scan->mem, end + 1, size - (size_t)(end - text) - 1);
    if (strlen(section->name) + 1 > SECTION_MAX_BYTES)
        note_scan_problem(scan, "the section's name is too long");
    if (strcspn(rest, ";#") != 0)
        note_scan_problem(scan, mem_printf(scan->mem, "\"%s\" behind the section's name", rest));
    if (strlen(section->name) != (size_t)(end - text) - 1 || strchr(section->name, '\t') != NULL ||
        strstr(section->name, "  ") != NULL)
        note_scan_problem(scan,
                          "the section's name has blanks too many; write it as in [step NAME]");
}

static void scan_entry(struct scan *scan, const char *text, size_t size)
{
    struct mem *mem = scan->mem;
    struct ini_section *section = last_section(scan->ini);
    const char *equals = memchr(text, '=', size);
    scan->key_at_hand = false;
    if (section == NULL) {
        note_scan_problem(scan, "a line before the first [section]");
        return;
    }
    if (equals == NULL || memchr(text, ':', (size_t)(equals - text)) != NULL) {
        note_scan_problem(scan, "expected KEY = VALUE, a [section], or an indented line of a list");
        return;
    }
    const char *key = text_trim(mem, text, (size_t)(equals - text));
    if (key[0] == '\0' || strlen(key) > KEY_MAX_BYTES) {
        note_scan_problem(scan, key[0] == '\0' ? "no key before the =" : "the key is too long");
        return;
    }
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->entries[i].key, key) == 0)
            note_scan_problem(scan, mem_printf(mem, "%s is set twice; first on line %u", key,
                                               section->entries[i].line));
    size_t value_size = size - (size_t)(equals - text) - 1;
    struct ini_entry *entry = mem_push(mem, section->entries, section->count);
    *entry = (struct ini_entry){.key = key, .line = scan->line};
    /* inih looks at the blank behind the "=" too, so a value may not begin with ";". */
    names_add(mem, &entry->lines,
              text_trim(mem, equals + 1, without_comment(equals + 1, value_size)));
    scan->key_at_hand = true;
}

static void scan_continuation(struct scan *scan, const char *text, size_t size)
{
    struct ini_section *section = last_section(scan->ini);
    if (!scan->key_at_hand) {
        note_scan_problem(scan,
                          "an indented line, but there is no key above that it could belong to");
        return;
    }
    struct ini_entry *entry = &section->entries[section->count - 1];
    names_add(scan->mem, &entry->lines, text_trim(scan->mem, text, without_comment(text, size)));
}

static void scan_line(struct scan *scan, const char *text, size_t size)
{
    if (size > 0 && text[size - 1] == '\r')
        size--;
    if (size > LINE_MAX_BYTES) {
        note_scan_problem(scan,
                          mem_printf(scan->mem,
                                     "the line is too long: %zu bytes, at most %d; put a list on "
                                     "indented lines",
                                     size, LINE_MAX_BYTES));
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 0x20 && text[i] != '\t') {
            note_scan_problem(scan, mem_printf(scan->mem, "a control character (byte 0x%02x)",
                                               (unsigned)(unsigned char)text[i]));
            return;
        }
    }
    if (!text_may_be_shown(text, size)) {
        note_scan_problem(scan, "not plain UTF-8: a broken or invisible character");
        return;
    }
    size_t indent = 0;
    while (indent < size && isspace((unsigned char)text[indent]))
        indent++;
    if (indent == size || text[indent] == ';' || text[indent] == '#')
        return;
    if (indent > 0)
        scan_continuation(scan, text + indent, size - indent);
    else if (text[0] == '[')
        scan_section(scan, text, size);
    else
        scan_entry(scan, text, size);
}

static void report_empty_and_repeated(struct scan *scan)
{
    const struct ini *ini = scan->ini;
    for (size_t i = 0; i < ini->count; i++) {
        scan->line = ini->sections[i].line;
        if (ini->sections[i].count == 0)
            note_scan_problem(
                scan, mem_printf(scan->mem, "the section [%s] is empty", ini->sections[i].name));
        for (size_t k = 0; k < i; k++)
            if (strcmp(ini->sections[i].name, ini->sections[k].name) == 0)
                note_scan_problem(scan, mem_printf(scan->mem,
                                                   "the section [%s] is there twice; first on "
                                                   "line %u",
                                                   ini->sections[i].name, ini->sections[k].line));
    }
}

/* The place in our reading that inih's next callback must equal. */
struct comparison {
    const struct ini *ini;
    size_t section, entry, line;
};

static int compare_entry(void *user, const char *section, const char *key, const char *value)
{
    struct comparison *at = user;
    while (at->section < at->ini->count && at->entry == at->ini->sections[at->section].count) {
        at->section++;
        at->entry = 0;
    }
    if (at->section == at->ini->count)
        return 0;
    const struct ini_section *ours = &at->ini->sections[at->section];
    const struct ini_entry *entry = &ours->entries[at->entry];
    bool same = strcmp(section, ours->name) == 0 && strcmp(key, entry->key) == 0 &&
                strcmp(value, entry->lines.names[at->line]) == 0;
    if (++at->line == entry->lines.count) {
        at->entry++;
        at->line = 0;
    }
    return same;
}

void ini_read(struct mem *mem, const char *file, const struct blob *text, struct ini *ret,
              struct names *problems)
{
    size_t before = problems->count;
    *ret = (struct ini){.file = file};
    struct scan scan = {.mem = mem, .ini = ret, .problems = problems};
    const char *s = (const char *)text->data;
    const char *end = s + text->size;
    if (text->size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
        s += 3;
    while (s < end) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        size_t size = (size_t)((newline != NULL ? newline : end) - s);
        scan.line++;
        scan_line(&scan, s, size);
        s += size + 1;
    }
    scan.line = scan.line == 0 ? 1 : scan.line;
    if (ret->count == 0 && problems->count == before)
        note_scan_problem(&scan, "the file is empty; it needs at least one [step NAME]");
    report_empty_and_repeated(&scan);
    if (problems->count > before)
        return;
    struct comparison at = {.ini = ret};
    int line = ini_parse_string((const char *)text->data, compare_entry, &at);
    if (line != 0) {
        scan.line = line > 0 ? (unsigned)line : 0;
        note_scan_problem(&scan, "this line can be read in two ways; write it plainly");
    }
}

struct names ini_items(struct mem *mem, const struct ini_entry *entry)
{
    struct names items = {0};
    for (size_t i = 0; i < entry->lines.count; i++) {
        const char *line = entry->lines.names[i];
        if (entry->lines.count > 1) {
            if (line[0] != '\0')
                names_add(mem, &items, line);
            continue;
        }
        for (const char *s = line; *s != '\0';) {
            size_t length = strcspn(s, ",");
            const char *item = text_trim(mem, s, length);
            if (item[0] != '\0')
                names_add(mem, &items, item);
            s += length + (s[length] == ',');
        }
    }
    return items;
}

bool ini_is_mixed_list(const struct ini_entry *entry)
{
    return entry->lines.count > 1 && strchr(entry->lines.names[0], ',') != NULL;
}

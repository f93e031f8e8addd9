#include "conf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A copy that lives as long as `conf`. */
static char *keep_copy(struct conf *conf, const char *text, size_t size)
{
    char **kept = realloc(conf->kept, (conf->kept_count + 1) * sizeof *kept);
    if (kept == NULL)
        return NULL;
    conf->kept = kept;
    char *copy = malloc(size + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return conf->kept[conf->kept_count++] = copy;
}

/* The length of a line without the "\r" at its end. */
static size_t line_length(const char *line)
{
    size_t size = strlen(line);
    return size > 0 && line[size - 1] == '\r' ? size - 1 : size;
}

static bool is_continued(const char *line)
{
    size_t size = line_length(line);
    return size > 0 && line[size - 1] == '\\';
}

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t\r");
}

/* How many lines, from `line` on, are one to apache. */
static size_t count_lines(const struct conf *conf, size_t line)
{
    size_t lines = 1;
    while (line + lines < conf->count && is_continued(conf->lines[line + lines - 1]))
        lines++;
    return lines;
}

/* Follows sections by their depth; the names of those that are open fill the stack. */
enum { DEPTH = 32 };
struct sections {
    const char *open[DEPTH];
    size_t count;
};

static bool follow_section(struct sections *sections, const char *line)
{
    line = skip_blanks(line);
    if (line[0] != '<')
        return true;
    if (line[1] == '/') {
        if (sections->count == 0)
            return false;
        sections->count--;
        return true;
    }
    if (sections->count == DEPTH)
        return false;
    sections->open[sections->count++] = line;
    return true;
}

static int split_lines(struct conf *conf, const char *text, size_t size)
{
    size_t count = 1;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    conf->lines = calloc(count + 1, sizeof *conf->lines);
    if (conf->lines == NULL)
        return -1;
    for (const char *end = text + size; conf->count < count; conf->count++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((newline == NULL ? end : newline) - text);
        conf->lines[conf->count] = keep_copy(conf, text, line);
        if (conf->lines[conf->count] == NULL)
            return -1;
        text += newline == NULL ? line : line + 1;
    }
    return 0;
}

int conf_parse(const void *data, size_t size, struct conf *ret, const char **ret_why)
{
    struct sections sections = {.count = 0};
    struct conf conf = {.count = 0};
    *ret_why = NULL;
    if (size > 0 && memchr(data, '\0', size) != NULL)
        *ret_why = "it is no text";
    else if (split_lines(&conf, size > 0 ? data : "", size) < 0)
        *ret_why = "there is no memory for it";
    for (size_t i = 0; *ret_why == NULL && i < conf.count; i += count_lines(&conf, i)) {
        if (!follow_section(&sections, conf.lines[i]))
            *ret_why = "its sections do not match";
        else if (i + count_lines(&conf, i) == conf.count &&
                 is_continued(conf.lines[conf.count - 1]))
            *ret_why = "its last line ends with \\";
    }
    if (*ret_why == NULL && sections.count > 0)
        *ret_why = "a section is not closed";
    if (*ret_why != NULL) {
        conf_free(&conf);
        return -1;
    }
    *ret = conf;
    return 0;
}

void conf_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->kept_count; i++)
        free(conf->kept[i]);
    free(conf->kept);
    free(conf->lines);
    free(conf->edits);
    *conf = (struct conf){.count = 0};
}

/* The words of the lines of a place, from column `at` of the first, with one blank between them. */
static void collect_value(const struct conf *conf, struct conf_place *place, size_t at)
{
    size_t size = 0;
    for (size_t i = 0; i < place->lines; i++) {
        const char *line = conf->lines[place->line + i];
        size_t end = line_length(line) - (is_continued(line) ? 1 : 0);
        for (size_t s = i == 0 ? at : 0; s < end && size + 2 < sizeof place->value; s++) {
            bool blank = isspace((unsigned char)line[s]) != 0;
            if (!blank)
                place->value[size++] = line[s];
            else if (size > 0 && place->value[size - 1] != ' ')
                place->value[size++] = ' ';
        }
    }
    size -= size > 0 && place->value[size - 1] == ' ';
    bool quoted = size > 1 && place->value[0] == '"' && place->value[size - 1] == '"';
    if (quoted)
        memmove(place->value, place->value + 1, size -= 2);
    place->value[size] = '\0';
}

static bool is_place(const struct conf *conf, const struct conf_directive *wanted,
                     struct conf_place *place)
{
    const char *line = conf->lines[place->line];
    const char *s = skip_blanks(line);
    size_t size = strlen(wanted->name);
    if (strncasecmp(s, wanted->name, size) != 0 || strchr(" \t\r\\", s[size]) == NULL)
        return false;
    collect_value(conf, place, (size_t)(s - line) + size);
    /* "SSLCipherSuite TLSv1.3 ..." is a setting of its own. */
    if (strcasecmp(wanted->name, "SSLCipherSuite") == 0 &&
        strncasecmp(place->value, "TLSv1.3 ", 8) == 0)
        return false;
    place->right = (wanted->any_case ? strcasecmp : strcmp)(place->value, wanted->value) == 0;
    return true;
}

bool conf_next(const struct conf *conf, const struct conf_directive *wanted, size_t from,
               struct conf_place *ret)
{
    struct sections sections = {.count = 0};
    struct conf_place place = {.line = 0};
    for (; place.line < conf->count; place.line += place.lines) {
        place.lines = count_lines(conf, place.line);
        (void)follow_section(&sections, conf->lines[place.line]);
        if (place.line < from || !is_place(conf, wanted, &place))
            continue;
        place.section[0] = '\0';
        if (sections.count > 0) {
            const char *open = sections.open[sections.count - 1];
            (void)snprintf(place.section, sizeof place.section, "%.*s", (int)line_length(open),
                           open);
        }
        *ret = place;
        return true;
    }
    return false;
}

/* host->edit() finds a line by its text and, when it stands there more than once, by the line
 * before it. Is that this one? */
static bool can_be_placed(const struct conf *conf, size_t at)
{
    size_t equal = 0, anchored = 0;
    for (size_t i = 0; i < conf->count; i++) {
        if (strcmp(conf->lines[i], conf->lines[at]) != 0)
            continue;
        equal++;
        anchored +=
            at == 0 ? i == 0 : i > 0 && strcmp(conf->lines[i - 1], conf->lines[at - 1]) == 0;
    }
    return equal == 1 || anchored == 1;
}

static int add_edit(struct conf *conf, struct conf_edit edit)
{
    struct conf_edit *edits = realloc(conf->edits, (conf->edit_count + 1) * sizeof *edits);
    if (edits == NULL)
        return -1;
    conf->edits = edits;
    conf->edits[conf->edit_count++] = edit;
    return 0;
}

/* The line at `at` becomes `text`, or goes when that is NULL. */
static int change_line(struct conf *conf, size_t at, char *text)
{
    if (!can_be_placed(conf, at))
        conf->ambiguous = true;
    if (add_edit(conf, (struct conf_edit){conf->lines[at], text,
                                          at == 0 ? NULL : conf->lines[at - 1]}) < 0)
        return -1;
    if (text != NULL) {
        conf->lines[at] = text;
        return 0;
    }
    memmove(conf->lines + at, conf->lines + at + 1, (conf->count - at) * sizeof *conf->lines);
    conf->count--;
    return 0;
}

static int append_line(struct conf *conf, char *text)
{
    char **lines = realloc(conf->lines, (conf->count + 2) * sizeof *lines);
    if (lines == NULL || add_edit(conf, (struct conf_edit){NULL, text, NULL}) < 0) {
        conf->lines = lines == NULL ? conf->lines : lines;
        return -1;
    }
    conf->lines = lines;
    size_t at = conf->count - (conf->lines[conf->count - 1][0] == '\0');
    memmove(lines + at + 1, lines + at, (conf->count - at + 1) * sizeof *lines);
    lines[at] = text;
    conf->count++;
    return 0;
}

/* The directive with the indent, and the "\r", of the line that it replaces. */
static char *new_line(struct conf *conf, const struct conf_directive *wanted, const char *old)
{
    char text[1024];
    const char *end = old[line_length(old)] == '\r' ? "\r" : "";
    int indent = (int)strspn(old, " \t");
    int size = snprintf(text, sizeof text, "%.*s%s %s%s", indent > 64 ? 64 : indent, old,
                        wanted->name, wanted->value, end);
    return size < 0 || (size_t)size >= sizeof text ? NULL : keep_copy(conf, text, (size_t)size);
}

int conf_set(struct conf *conf, const struct conf_directive *wanted)
{
    struct conf_place place;
    int changed = 0, places = 0;
    for (size_t from = 0; conf_next(conf, wanted, from, &place); places++) {
        from = place.line + 1;
        if (place.right)
            continue;
        /* From the last line up, so that the continuation that is left is never another's. */
        for (size_t i = place.lines - 1; i > 0; i--)
            if (change_line(conf, place.line + i, NULL) < 0)
                return -1;
        char *text = new_line(conf, wanted, conf->lines[place.line]);
        if (text == NULL || change_line(conf, place.line, text) < 0)
            return -1;
        changed++;
    }
    if (places > 0)
        return changed;
    bool crlf = conf->count > 1 && conf->lines[0][line_length(conf->lines[0])] == '\r';
    char *text = new_line(conf, wanted, crlf ? "\r" : "");
    return text == NULL || append_line(conf, text) < 0 ? -1 : 1;
}

char *conf_text(const struct conf *conf)
{
    size_t size = 0;
    for (size_t i = 0; i < conf->count; i++)
        size += strlen(conf->lines[i]) + 1;
    char *text = malloc(size + 1), *to = text;
    for (size_t i = 0; text != NULL && i < conf->count; i++) {
        size_t line = strlen(conf->lines[i]);
        memcpy(to, conf->lines[i], line);
        to += line;
        if (i + 1 < conf->count)
            *to++ = '\n';
    }
    if (text != NULL)
        *to = '\0';
    return text;
}

#include "answer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A member of an object, and what it may be. */
struct member {
    const char *name;
    enum { TEXT, NEEDED, WORDS, FINDINGS, EDITS } kind; /* TEXT may be null */
    const char *only_in;                                /* a call, or NULL */
};

static const struct member answer_members[] = {
    {"result", TEXT, NULL},      {"message", TEXT, NULL},  {"findings", FINDINGS, "verify"},
    {"next_steps", WORDS, NULL}, {"edits", EDITS, "plan"}, {"log", WORDS, NULL},
    {NULL, TEXT, NULL},
};
static const struct member finding_members[] = {
    {"id", NEEDED, NULL},      {"subject", NEEDED, NULL}, {"verdict", NEEDED, NULL},
    {"message", NEEDED, NULL}, {"hint", TEXT, NULL},      {NULL, TEXT, NULL}};
static const struct member edit_members[] = {{"path", NEEDED, NULL},
                                             {"old", TEXT, NULL},
                                             {"new", TEXT, NULL},
                                             {"anchor", TEXT, NULL},
                                             {NULL, TEXT, NULL}};

static const char *const results[] = {"ok", "skipped", "failed", "rejected", NULL};
static const char *const verdicts[] = {"pass", "skip", "warn", "fail", NULL};

static int index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

TFHOOK_PRINTF(2, 3)
static bool set_why(char why[ANSWER_WHY], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, ANSWER_WHY, format, args);
    va_end(args);
    return false;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Every member is known, and what is needed is there. */
static bool has_only(const json_t *object, const struct member *members, const char *what,
                     char why[ANSWER_WHY])
{
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(object))
        return set_why(why, "%s is no object", what);
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        size_t i = 0;
        while (members[i].name != NULL && strcmp(members[i].name, key) != 0)
            i++;
        if (members[i].name == NULL)
            return set_why(why, "%s has an unknown member \"%.60s\"", what, key);
        bool is_text = members[i].kind == TEXT || members[i].kind == NEEDED;
        bool is_null = members[i].kind == TEXT && json_is_null(value);
        if (is_text && !json_is_string(value) && !is_null)
            return set_why(why, "\"%s\" of %s is no string", key, what);
        if (!is_text && !json_is_array(value))
            return set_why(why, "\"%s\" of %s is no array", key, what);
    }
    for (size_t i = 0; members[i].name != NULL; i++)
        if (members[i].kind == NEEDED && text_of(object, members[i].name) == NULL)
            return set_why(why, "%s has no \"%s\"", what, members[i].name);
    return true;
}

static bool is_finding(const json_t *item, char why[ANSWER_WHY])
{
    if (!has_only(item, finding_members, "a finding", why))
        return false;
    if (index_of(verdicts, text_of(item, "verdict")) < 0)
        return set_why(why, "the verdict \"%.60s\" is none of pass, skip, warn, fail",
                       text_of(item, "verdict"));
    return true;
}

static bool is_edit(const json_t *item, char why[ANSWER_WHY])
{
    if (!has_only(item, edit_members, "an edit", why))
        return false;
    if (text_of(item, "path")[0] != '/')
        return set_why(why, "the path \"%.100s\" of an edit is not absolute",
                       text_of(item, "path"));
    if (text_of(item, "old") == NULL && text_of(item, "new") == NULL)
        return set_why(why, "an edit has neither \"old\" nor \"new\"");
    for (size_t i = 1; edit_members[i].name != NULL; i++) {
        const char *line = text_of(item, edit_members[i].name);
        if (line != NULL && strchr(line, '\n') != NULL)
            return set_why(why, "\"%s\" of an edit is more than one line", edit_members[i].name);
    }
    return true;
}

static bool are_items(const json_t *object, const struct member *member, const char *call,
                      char why[ANSWER_WHY])
{
    const json_t *array = json_object_get(object, member->name);
    if (member->only_in != NULL && json_array_size(array) > 0 && strcmp(member->only_in, call) != 0)
        return set_why(why, "\"%s\" are for %s only", member->name, member->only_in);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (member->kind == WORDS && !json_is_string(item))
            return set_why(why, "an item of \"%s\" is no string", member->name);
        if ((member->kind == FINDINGS && !is_finding(item, why)) ||
            (member->kind == EDITS && !is_edit(item, why)))
            return false;
    }
    return true;
}

static bool check_members(const char *call, struct answer *answer, char why[ANSWER_WHY])
{
    if (!has_only(answer->object, answer_members, "the answer", why))
        return false;
    for (size_t i = 0; answer_members[i].name != NULL; i++)
        if (!are_items(answer->object, &answer_members[i], call, why))
            return false;
    const char *result = text_of(answer->object, "result");
    int index = result == NULL ? 0 : index_of(results, result);
    if (index < 0)
        return set_why(why, "the result \"%.60s\" is none of ok, skipped, failed, rejected",
                       result);
    answer->result = (enum tfhook_result)index;
    answer->message = text_of(answer->object, "message");
    if (index > 0 && answer->message == NULL)
        return set_why(why, "the result \"%s\" has no message", result);
    return true;
}

int answer_parse(const void *data, size_t size, const char *call, struct answer *ret,
                 char why[ANSWER_WHY])
{
    const char *text = data;
    size_t blank = 0;
    json_error_t error;
    struct answer answer = {NULL, TFHOOK_OK, NULL};
    while (blank < size && isspace((unsigned char)text[blank]))
        blank++;
    answer.object =
        blank == size ? json_object() : json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (answer.object == NULL) {
        (void)set_why(why, "it is no JSON: line %d: %s", error.line, error.text);
        return -1;
    }
    if (!check_members(call, &answer, why)) {
        answer_free(&answer);
        return -1;
    }
    *ret = answer;
    return 0;
}

void answer_free(struct answer *answer)
{
    json_decref(answer->object);
    answer->object = NULL;
}

static const json_t *item_of(const struct answer *answer, const char *name, size_t index)
{
    return json_array_get(json_object_get(answer->object, name), index);
}

const char *answer_log(const struct answer *answer, size_t index)
{
    return json_string_value(item_of(answer, "log", index));
}

const char *answer_next_step(const struct answer *answer, size_t index)
{
    return json_string_value(item_of(answer, "next_steps", index));
}

bool answer_finding(const struct answer *answer, size_t index, struct answer_finding *ret)
{
    const json_t *item = item_of(answer, "findings", index);
    if (item == NULL)
        return false;
    *ret = (struct answer_finding){
        text_of(item, "id"), text_of(item, "subject"), text_of(item, "message"),
        text_of(item, "hint"), (enum tfhook_verdict)index_of(verdicts, text_of(item, "verdict"))};
    return true;
}

bool answer_edit(const struct answer *answer, size_t index, struct answer_edit *ret)
{
    const json_t *item = item_of(answer, "edits", index);
    if (item == NULL)
        return false;
    *ret = (struct answer_edit){text_of(item, "path"), text_of(item, "old"), text_of(item, "new"),
                                text_of(item, "anchor")};
    return true;
}

static bool is_line(const char *text, const char *line, size_t size)
{
    return text != NULL && line != NULL && strlen(text) == size && memcmp(text, line, size) == 0;
}

bool answer_can_edit(const struct answer_edit *edit, const struct tfhook_data *content,
                     const char **ret_why)
{
    const char *wanted = edit->old_line == NULL ? edit->anchor : edit->old_line;
    const char *s = (const char *)content->data, *end = s + content->size, *before = NULL;
    size_t before_size = 0, equal = 0, anchored = 0;
    if (wanted == NULL)
        return true; /* an insert at the end */
    for (;;) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        size_t size = (size_t)((newline == NULL ? end : newline) - s);
        if (is_line(wanted, s, size)) {
            equal++;
            anchored +=
                edit->anchor == NULL ? before == NULL : is_line(edit->anchor, before, before_size);
        }
        before = s;
        before_size = size;
        if (newline == NULL)
            break;
        s = newline + 1;
    }
    *ret_why = equal == 0 ? "is not there" : "is there more than once";
    return equal == 1 || (edit->old_line != NULL && anchored == 1);
}

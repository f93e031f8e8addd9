/*
 * What the executable answers: one JSON object, of which nothing is accepted that is not
 * understood. Pure.
 *
 *     answer_parse  the text -> a struct answer, or why it is not accepted
 *     answer_...    its parts, each NULL or false past the last
 *     answer_free
 */
#ifndef EXEC_HOOK_ANSWER_H
#define EXEC_HOOK_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <tfhook/plugin.h>

enum { ANSWER_WHY = 256 };

struct answer {
    json_t *object;
    enum tfhook_result result; /* "ok" when it does not say */
    const char *message;       /* NULL: none */
};

struct answer_finding {
    const char *id, *subject, *message, *hint; /* hint: or NULL */
    enum tfhook_verdict verdict;
};

struct answer_edit {
    const char *path, *old_line, *new_line, *anchor; /* as of host->edit() */
};

/* Findings are for the call "verify" only, edits for "plan". Nothing but blanks is "ok". 0, or -1
 * with a line for a person in `why`. */
int answer_parse(const void *data, size_t size, const char *call, struct answer *ret,
                 char why[ANSWER_WHY]);
void answer_free(struct answer *answer);

const char *answer_log(const struct answer *answer, size_t index);
const char *answer_next_step(const struct answer *answer, size_t index);
bool answer_finding(const struct answer *answer, size_t index, struct answer_finding *ret);
bool answer_edit(const struct answer *answer, size_t index, struct answer_edit *ret);

/* Would host->edit() know the line? When not, why. */
bool answer_can_edit(const struct answer_edit *edit, const struct tfhook_data *content,
                     const char **ret_why);

#endif

/*
 * An httpd configuration file as lines, and directives in it that are looked for and set. Pure:
 * bytes in, bytes out.
 *
 *     conf_parse   the text -> a struct conf, or why it cannot be edited
 *     conf_next    the places of a directive, one after the other
 *     conf_set     make every place say what is wanted; what that takes is in conf->edits
 *     conf_text    the whole text with the edits made
 *     conf_free
 *
 * What apache does, this does: a "\" at the end of a line continues it, in comments too; names of
 * directives and sections are the same in any case.
 */
#ifndef HTTPD_TLS_CONF_H
#define HTTPD_TLS_CONF_H

#include <stdbool.h>
#include <stddef.h>

/* Replace (both lines), delete (new_line NULL) or append (old_line NULL); as host->edit(). The
 * lines belong to the struct conf. */
struct conf_edit {
    const char *old_line, *new_line, *anchor;
};

struct conf {
    char **lines; /* lines[count] is NULL */
    size_t count;
    struct conf_edit *edits;
    size_t edit_count;
    bool ambiguous; /* an edit cannot be placed: its line stands twice after the same line */
    char **kept;    /* all strings that lines and edits use */
    size_t kept_count;
};

struct conf_directive {
    const char *name, *value;
    bool any_case; /* of the value */
};

struct conf_place {
    size_t line, lines; /* the first, from 0, and how many it goes over */
    char value[512];    /* blanks collapsed, quotes around it taken away; cut when it is longer */
    char section[128];  /* the innermost, e.g. "<VirtualHost *:443>"; "" outside sections */
    bool right;         /* it says what is wanted */
};

/* 0, or -1 with a static text in *ret_why. */
int conf_parse(const void *data, size_t size, struct conf *ret, const char **ret_why);
void conf_free(struct conf *conf);

/* The first place at or after line `from`; false when there is none. */
bool conf_next(const struct conf *conf, const struct conf_directive *wanted, size_t from,
               struct conf_place *ret);

/* How many places were changed; one that is nowhere is appended. -1: no memory. */
int conf_set(struct conf *conf, const struct conf_directive *wanted);

/* To be freed; NULL: no memory. */
char *conf_text(const struct conf *conf);

#endif

/*
 * TeamForge's site-options.conf as a document. Pure: bytes in, views and text out.
 *
 * Order: site_options_parse(), then look things up. Lines are views into a copy, which like all
 * that is returned here is memory of the call; nothing is changed, normalised or dropped, so that
 * what is written back can be the same bytes.
 *
 * What a line means, from the product's own description: `NAME=value` with blanks allowed around
 * the '=', the value running to the end of the line; `#` first on a line makes it a comment;
 * `NAME=START_MULTILINE_BLOCK` begins raw lines, up to END_MULTILINE_BLOCK, that are never tokens
 * however much they look like it; `{__NAME__}` stands for another token's value. What the product
 * does with a repeated token, or with another case, is not known, so it is an error here where a
 * value depends on it: to report, never to resolve.
 *
 * The file holds passwords. Messages name lines by number and quote no value.
 *
 * Errors: 0 or a negated errno value, with a site_error that says which line (0: none).
 */
#ifndef TFHOOK_LIB_SITE_OPTIONS_H
#define TFHOOK_LIB_SITE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum site_kind {
    SITE_BLANK,
    SITE_COMMENT,
    SITE_TOKEN,
    SITE_BLOCK_START, /* has a name, as a token does */
    SITE_BLOCK_BODY,
    SITE_BLOCK_END,
    SITE_ODD /* none of these: kept, and not understood */
};

struct site_line {
    const char *text; /* without its "\n"; a "\r" at its end is part of it */
    size_t size;
    enum site_kind kind;
    const char *name; /* of a token: without blanks, prefix included ("host:SERVICES") */
    size_t name_size;
    const char *value; /* without blanks at its ends */
    size_t value_size;
};

struct site_options {
    char *data;
    size_t size;
    struct site_line *lines;
    size_t count;
};

struct site_error {
    size_t line; /* from 1; 0 when no single line is to blame */
    char text[400];
};

/* -EINVAL: a block that does not end (line: where it starts) or ends without a start. */
int site_options_parse(const void *data, size_t size, struct site_options *ret,
                       struct site_error *error) __attribute__((warn_unused_result));

/* The one line, from 0, that sets a token. -ENOENT: there is none. -EINVAL: several do, or one in
 * another case does, or it is a block: a person must say what is meant. */
int site_options_find(const struct site_options *options, const char *name, size_t *ret_line,
                      struct site_error *error) __attribute__((warn_unused_result));
/* The token's value with each {__NAME__} replaced. As site_options_find(); also -EINVAL when a
 * reference is not understood: no such token, a secret one, or a circle. */
int site_options_get(const struct site_options *options, const char *name, char **ret_value,
                     struct site_error *error) __attribute__((warn_unused_result));
/* The same for the value of a line at hand. */
int site_options_resolve(const struct site_options *options, size_t line, char **ret_value,
                         struct site_error *error) __attribute__((warn_unused_result));
/* A token whose value must never be shown: passwords, secrets, AUTO_DATA. */
bool site_options_is_secret(const char *name, size_t size);
/* Is it a NUL-terminated text? */
bool site_text_is(const char *text, size_t size, const char *wanted);

/* Fills `error`, so that callers in the same trade can add theirs. */
void site_error_set(struct site_error *error, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

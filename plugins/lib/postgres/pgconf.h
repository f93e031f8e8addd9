/*
 * postgresql.conf, one statement after the other, as PostgreSQL's own reader takes it apart. Pure.
 *
 * Order: struct pgconf_reader with the file's bytes, then pgconf_next() until it is false. Names
 * are given in lower case; the '=' is optional; values may be quoted; what follows a '#' is a
 * comment, so that `#ssl = off` is no statement. Which statement counts is the caller's to decide:
 * the last one does, postgresql.auto.conf comes after everything, and the command line beats both.
 *
 * What the file says is weak evidence: a running server may have been started otherwise.
 */
#ifndef TFHOOK_LIB_PGCONF_H
#define TFHOOK_LIB_PGCONF_H

#include <stdbool.h>
#include <stddef.h>

struct pgconf_reader {
    const char *data;
    size_t size;
    size_t at;   /* for its own use: 0 at first */
    size_t line; /* the same */
};

enum { PGCONF_NAME_SIZE = 64, PGCONF_VALUE_SIZE = 1024 };

struct pgconf_statement {
    size_t line; /* from 1 */
    char name[PGCONF_NAME_SIZE];
    char value[PGCONF_VALUE_SIZE];
};

/* The next statement that is well-formed and fits; others are passed over. */
bool pgconf_next(struct pgconf_reader *reader, struct pgconf_statement *ret)
    __attribute__((warn_unused_result));

enum pgconf_truth { PGCONF_FALSE, PGCONF_TRUE, PGCONF_NEITHER };
/* Any of a boolean's spellings: on, true, yes, 1 and what can only be the start of one of them. */
enum pgconf_truth pgconf_truth(const char *value);

#endif

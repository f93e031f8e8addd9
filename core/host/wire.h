/*
 * The records by which a step's child tells its parent what it found and proposes. They go one way.
 * A record is a struct; the table in wire.c says which of its members are sent. The reading side
 * trusts nothing: it is given bytes by plugin code.
 */
#ifndef TFHOOK_WIRE_H
#define TFHOOK_WIRE_H

#include "change_set.h"
#include "plugin_info.h"

enum record_type {
    RECORD_DESCRIPTOR = 1, /* descriptor, without keys */
    RECORD_KEY,            /* key, of the descriptor before */
    RECORD_LOG,            /* said: number is the level */
    RECORD_PROGRESS,       /* said: number of total */
    RECORD_FINDING,        /* finding, without step */
    RECORD_NEXT_STEP,      /* said */
    RECORD_SUMMARY,        /* summary */
    RECORD_CHANGE,         /* change: what a plugin proposes, without edits */
    RECORD_EDIT,           /* edit, of the change before */
    RECORD_PUBLISH,        /* change: path and content */
    RECORD_END,            /* said: number is the result; nothing may follow */
    RECORD_TYPES
};

struct finding {
    const char *step;
    const char *check, *id, *subject;
    enum tfhook_verdict verdict;
    const char *message, *hint; /* hint may be NULL */
};

struct summary_line { /* a line of the plan that belongs to a path */
    const char *path, *text;
};

struct record {
    enum record_type type;
    union {
        struct plugin_info descriptor;
        struct tfhook_key key;
        struct finding finding;
        struct summary_line summary;
        struct change change;
        struct edit edit;
        struct {
            long number, total;
            const char *text; /* NULL only at the end */
        } said;
    };
};

/* 0, or a negated errno: -EPIPE when the other side is gone. */
int record_send(int fd, const struct record *record) __attribute__((warn_unused_result));

/* The record at the start of `data`; what it points to is `mem`'s. All text in it is escaped, but
 * for paths, the lines of edits, and what a descriptor and its keys say for parsers. The bytes it
 * took, 0 when it is not whole yet, -1 when it is none. */
ptrdiff_t record_parse(struct mem *mem, const unsigned char *data, size_t size, struct record *ret)
    __attribute__((warn_unused_result));

#endif

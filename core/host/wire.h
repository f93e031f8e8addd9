/*
 * The records by which a step's child tells its parent what it found and proposes, and asks it for
 * what it may not do by itself (aside.h): a length, a type, fields. The reading side trusts
 * nothing: it is given bytes by plugin code.
 */
#ifndef TFHOOK_WIRE_H
#define TFHOOK_WIRE_H

#include "blob.h"
#include "deadline.h"
#include "mem.h"

#include <stdbool.h>
#include <stddef.h>

enum record_type {
    RECORD_DESCRIPTOR = 1, /* file, name, version, summary, manual, "cpv" calls */
    RECORD_KEY,            /* name, type, required, fallback?, choices?, min, max, help */
    RECORD_LOG,            /* level, text */
    RECORD_PROGRESS,       /* done, total, what */
    RECORD_FINDING,        /* check, id, subject, verdict, message, hint? */
    RECORD_NEXT_STEP,      /* text */
    RECORD_SUMMARY,        /* path, text */
    RECORD_WRITE,          /* path, old sha256?, content, mode, flags */
    RECORD_EDIT,           /* path, old sha256?, old?, new?, anchor? */
    RECORD_REMOVE,         /* path, old sha256? */
    RECORD_DIRECTORY,      /* path, mode */
    RECORD_PUBLISH,        /* path, content */
    RECORD_END,            /* result, message?; nothing may follow */
    RECORD_ASK_PROBE,      /* argv, home, input?, seconds, limit */
    RECORD_ASK_PROCESS,    /* pid, name, limit */
    RECORD_ASK_PROGRAMS,   /* nothing */
    RECORD_ANSWER,         /* 0 or a negated errno, exit status, timed out, truncated, out, err */
    RECORD_TYPES
};

enum { RECORD_FIELDS_MAX = 8 };

/* A field without data (NULL) is absent: marked ? above. argv: strings, a NUL after each. */
struct record {
    enum record_type type;
    struct blob fields[RECORD_FIELDS_MAX];
    size_t count;
    bool lasting; /* who takes it may keep its fields without a copy */
};

void record_add(struct record *record, const void *data, size_t size);
void record_add_text(struct record *record, const char *text); /* NULL: absent */
void record_add_number(struct record *record, struct mem *mem, long number);

/* 0, or a negated errno: -EPIPE when the other side is gone. The descriptor may be non-blocking
 * when there is a deadline, else NULL; -ETIMEDOUT is its end. */
int record_send(int fd, const struct record *record, const struct deadline *deadline)
    __attribute__((warn_unused_result));

/* The next record, in `mem`. 1; 0: the other side is gone; or a negated errno, -EBADMSG when what
 * comes is no record, or is longer than `limit`. The deadline as above. */
int record_receive(int fd, struct mem *mem, size_t limit, const struct deadline *deadline,
                   struct record *ret) __attribute__((warn_unused_result));

/* The record at the start of `data`; its fields point into it and are NUL-terminated. The bytes it
 * took, 0 when it is not whole yet, -1 when it is none. */
ptrdiff_t record_parse(const unsigned char *data, size_t size, struct record *ret)
    __attribute__((warn_unused_result));

/* How long the record at the start of `data` says that it is, right or wrong; 0: not said yet. */
size_t record_announced(const unsigned char *data, size_t size);

/* Does the record have the fields that its type needs? */
bool record_is_valid(const struct record *record);

const char *record_text(const struct record *record, size_t field); /* NULL: absent */
long record_number(const struct record *record, size_t field);      /* 0 when it is none */

#endif

/*
 * The records by which a step's child tells its parent what it found and proposes: a length, a
 * type, fields. They go one way. The reading side trusts nothing: it is given bytes by plugin code.
 */
#ifndef TFHOOK_WIRE_H
#define TFHOOK_WIRE_H

#include "blob.h"

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
    RECORD_TYPES
};

enum { RECORD_FIELDS_MAX = 8 };

/* A field without data (NULL) is absent: marked ? above. */
struct record {
    enum record_type type;
    struct blob fields[RECORD_FIELDS_MAX];
    size_t count; /* of one that was parsed */
};

/* Fields of a record that is to be sent. A number lives as long as the block that it stands in. */
struct blob text_field(const char *text); /* NULL: absent */
struct blob bytes_field(const void *data, size_t size);
#define NUMBER_FIELD(number)                                                                       \
    ((struct blob){(const unsigned char *)&(const long){(long)(number)}, sizeof(long)})

/* The fields that its type has. 0, or a negated errno: -EPIPE when the other side is gone. */
int record_send(int fd, const struct record *record) __attribute__((warn_unused_result));

/* The record at the start of `data`; its fields point into it and are NUL-terminated. The bytes it
 * took, 0 when it is not whole yet, -1 when it is none. */
ptrdiff_t record_parse(const unsigned char *data, size_t size, struct record *ret)
    __attribute__((warn_unused_result));

/* Does the record have the fields that its type needs? */
bool record_is_valid(const struct record *record);

const char *record_text(const struct record *record, size_t field); /* NULL: absent */
long record_number(const struct record *record, size_t field);      /* 0 when it is none */

#endif

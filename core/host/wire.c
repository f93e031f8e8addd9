#include "wire.h"

#include "descriptors.h"
#include "file.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { FIELDS_MAX = 8, RECORD_MAX = 2 * FILE_LIMIT };

/* What of a record is sent. T: text; E: text that is escaped on arrival; B: bytes; N: a number or
 * an enum; F: a bool. Of the first three a small letter may be absent (NULL). */
struct field {
    char kind;
    size_t offset, size; /* of the member */
};
#define FIELD(kind, member)                                                                        \
    {                                                                                              \
        kind, offsetof(struct record, member), sizeof((struct record *)NULL)->member               \
    }

static const struct field shapes[RECORD_TYPES][FIELDS_MAX + 1] = {
    [RECORD_DESCRIPTOR] = {FIELD('T', descriptor.file), FIELD('T', descriptor.name),
                           FIELD('E', descriptor.version), FIELD('E', descriptor.summary),
                           FIELD('T', descriptor.manual), /* several lines */
                           FIELD('F', descriptor.checks), FIELD('F', descriptor.plans),
                           FIELD('F', descriptor.verifies)},
    [RECORD_KEY] = {FIELD('T', key.name), FIELD('N', key.type), FIELD('N', key.required),
                    FIELD('t', key.fallback), FIELD('t', key.choices), FIELD('N', key.min),
                    FIELD('N', key.max), FIELD('E', key.help)},
    [RECORD_LOG] = {FIELD('N', said.number), FIELD('E', said.text)},
    [RECORD_PROGRESS] = {FIELD('N', said.number), FIELD('N', said.total), FIELD('E', said.text)},
    [RECORD_FINDING] = {FIELD('E', finding.check), FIELD('E', finding.id),
                        FIELD('E', finding.subject), FIELD('N', finding.verdict),
                        FIELD('E', finding.message), FIELD('e', finding.hint)},
    [RECORD_NEXT_STEP] = {FIELD('E', said.text)},
    [RECORD_SUMMARY] = {FIELD('T', summary.path), FIELD('E', summary.text)},
    [RECORD_CHANGE] = {FIELD('N', change.action), FIELD('T', change.path),
                       FIELD('t', change.old_sha256), FIELD('b', change.content),
                       FIELD('N', change.mode), FIELD('F', change.secret)},
    [RECORD_EDIT] = {FIELD('t', edit.old_line), FIELD('t', edit.new_line), FIELD('t', edit.anchor)},
    [RECORD_PUBLISH] = {FIELD('T', change.path), FIELD('B', change.content)},
    [RECORD_END] = {FIELD('N', said.number), FIELD('e', said.text)},
};

/* On the wire, both ends of which are of one machine: a head, then each field after its size. */
struct head {
    uint32_t size, type;
};
static const uint32_t absent = UINT32_MAX;

static struct blob field_bytes(const struct record *record, const struct field *field)
{
    const unsigned char *at = (const unsigned char *)record + field->offset;
    const char *text;
    switch (toupper(field->kind)) {
    case 'B':
        return *(const struct blob *)(const void *)at;
    case 'N':
    case 'F':
        return (struct blob){at, field->size};
    default:
        text = *(const char *const *)(const void *)at;
        return (struct blob){(const unsigned char *)text, text == NULL ? 0 : strlen(text)};
    }
}

int record_send(int fd, const struct record *record)
{
    struct mem mem = {0};
    size_t size = sizeof(struct head);
    for (const struct field *field = shapes[record->type]; field->kind != '\0'; field++)
        size += sizeof absent + field_bytes(record, field).size;
    if (size > RECORD_MAX)
        return -EFBIG;
    const struct head head = {(uint32_t)size, record->type};
    unsigned char *data = mem_alloc(&mem, size);
    unsigned char *to = mempcpy(data, &head, sizeof head);
    for (const struct field *field = shapes[record->type]; field->kind != '\0'; field++) {
        struct blob bytes = field_bytes(record, field);
        uint32_t length = bytes.data == NULL ? absent : (uint32_t)bytes.size;
        to = mempcpy(to, &length, sizeof length);
        if (bytes.size > 0)
            to = mempcpy(to, bytes.data, bytes.size);
    }
    int rc = descriptor_write(fd, data, size);
    mem_free(&mem);
    return rc;
}

/* False: the bytes are no such field. NULL: it is absent. */
static bool set_field(struct mem *mem, struct record *record, const struct field *field,
                      const unsigned char *bytes, size_t size)
{
    void *at = (char *)record + field->offset;
    if (bytes == NULL)
        return islower(field->kind) != 0;
    switch (toupper(field->kind)) {
    case 'B':
        *(struct blob *)at = (struct blob){mem_copy(mem, bytes, size), size};
        return true;
    case 'N':
        if (size == field->size)
            memcpy(at, bytes, size);
        return size == field->size;
    case 'F':
        *(bool *)at = size == 1 && *bytes != 0;
        return size == 1;
    case 'E':
        *(const char **)at = text_escape(mem, (const char *)bytes, size);
        break;
    default:
        *(const char **)at = mem_copy(mem, bytes, size);
    }
    return memchr(bytes, '\0', size) == NULL;
}

ptrdiff_t record_parse(struct mem *mem, const unsigned char *data, size_t size, struct record *ret)
{
    struct head head;
    if (size < sizeof head)
        return 0;
    memcpy(&head, data, sizeof head);
    if (head.size < sizeof head || head.size > RECORD_MAX || head.type >= RECORD_TYPES)
        return -1;
    if (size < head.size)
        return 0;
    struct record record = {.type = head.type};
    size_t at = sizeof head;
    const struct field *field = shapes[head.type];
    for (; field->kind != '\0'; field++) {
        uint32_t length;
        if (head.size - at < sizeof length)
            return -1;
        memcpy(&length, data + at, sizeof length);
        at += sizeof length;
        const unsigned char *bytes = length == absent ? NULL : data + at;
        length = length == absent ? 0 : length;
        if (length > head.size - at || !set_field(mem, &record, field, bytes, length))
            return -1;
        at += length;
    }
    if (at != head.size || at == sizeof head)
        return -1;
    *ret = record;
    return (ptrdiff_t)at;
}

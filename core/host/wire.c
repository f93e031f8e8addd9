#include "wire.h"

#include "file.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HEAD_SIZE = 6, FIELD_HEAD_SIZE = 5, RECORD_MAX = 2 * FILE_LIMIT };

/* What each type carries: T text, t text or absent, B bytes, N number. */
static const char *const shapes[RECORD_TYPES] = {
    [RECORD_DESCRIPTOR] = "TTTTTT",
    [RECORD_KEY] = "TNNttNNT",
    [RECORD_LOG] = "NT",
    [RECORD_PROGRESS] = "NNT",
    [RECORD_FINDING] = "TTTNTt",
    [RECORD_NEXT_STEP] = "T",
    [RECORD_SUMMARY] = "TT",
    [RECORD_WRITE] = "TtBNN",
    [RECORD_EDIT] = "Ttttt",
    [RECORD_REMOVE] = "Tt",
    [RECORD_DIRECTORY] = "TN",
    [RECORD_PUBLISH] = "TB",
    [RECORD_END] = "Nt",
};

struct blob text_field(const char *text)
{
    return (struct blob){(const unsigned char *)text, text == NULL ? 0 : strlen(text)};
}

struct blob bytes_field(const void *data, size_t size)
{
    return (struct blob){data, size};
}

static int write_whole(int fd, struct iovec *parts, int count)
{
    while (count > 0) {
        ssize_t put = writev(fd, parts, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        for (; count > 0 && (size_t)put >= parts->iov_len; parts++, count--)
            put -= (ssize_t)parts->iov_len;
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + put;
            parts->iov_len -= (size_t)put;
        }
    }
    return 0;
}

static void put_u32(unsigned char *to, uint32_t value)
{
    memcpy(to, &value, sizeof value);
}

static uint32_t get_u32(const unsigned char *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

int record_send(int fd, const struct record *record)
{
    static char nul[1];
    unsigned char head[HEAD_SIZE], heads[RECORD_FIELDS_MAX][FIELD_HEAD_SIZE];
    struct iovec parts[1 + 3 * RECORD_FIELDS_MAX];
    int count = 0;
    size_t total = HEAD_SIZE, fields = strlen(shapes[record->type]);
    parts[count++] = (struct iovec){head, sizeof head};
    for (size_t i = 0; i < fields; i++) {
        const struct blob *field = &record->fields[i];
        put_u32(heads[i], (uint32_t)field->size);
        heads[i][4] = field->data != NULL;
        parts[count++] = (struct iovec){heads[i], FIELD_HEAD_SIZE};
        if (field->size > 0)
            parts[count++] = (struct iovec){(void *)(uintptr_t)field->data, field->size};
        parts[count++] = (struct iovec){nul, sizeof nul};
        total += FIELD_HEAD_SIZE + field->size + 1;
    }
    if (total > RECORD_MAX)
        return -EFBIG;
    put_u32(head, (uint32_t)total);
    head[4] = (unsigned char)record->type;
    head[5] = (unsigned char)fields;
    return write_whole(fd, parts, count);
}

ptrdiff_t record_parse(const unsigned char *data, size_t size, struct record *ret)
{
    if (size < HEAD_SIZE)
        return 0;
    size_t total = get_u32(data);
    if (total < HEAD_SIZE || total > RECORD_MAX || data[4] == 0 || data[4] >= RECORD_TYPES ||
        data[5] > RECORD_FIELDS_MAX)
        return -1;
    if (size < total)
        return 0;
    struct record record = {.type = data[4]};
    size_t at = HEAD_SIZE;
    for (size_t i = 0; i < data[5]; i++) {
        if (total - at < FIELD_HEAD_SIZE + 1)
            return -1;
        size_t length = get_u32(data + at);
        bool present = data[at + 4] != 0;
        at += FIELD_HEAD_SIZE;
        if (length > total - at - 1 || data[at + length] != '\0')
            return -1;
        record.fields[record.count++] = (struct blob){present ? data + at : NULL, length};
        at += length + 1;
    }
    if (at != total)
        return -1;
    *ret = record;
    return (ptrdiff_t)total;
}

bool record_is_valid(const struct record *record)
{
    const char *shape = shapes[record->type];
    if (shape == NULL || strlen(shape) != record->count)
        return false;
    for (size_t i = 0; i < record->count; i++) {
        const struct blob *field = &record->fields[i];
        if (field->data == NULL && shape[i] != 't')
            return false;
        if (tolower(shape[i]) == 't' && field->data != NULL &&
            memchr(field->data, '\0', field->size) != NULL)
            return false;
        if (shape[i] == 'N' && field->size != sizeof(long))
            return false;
    }
    return true;
}

const char *record_text(const struct record *record, size_t field)
{
    return (const char *)record->fields[field].data;
}

long record_number(const struct record *record, size_t field)
{
    long number = 0;
    if (record->fields[field].size == sizeof number)
        memcpy(&number, record->fields[field].data, sizeof number);
    return number;
}

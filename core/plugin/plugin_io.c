#include "plugin_io.h"

#include "aside.h"
#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    ROOM_MIN = 2 * 1024, /* pages that were shared with the child are copied when written */
    ROOM_ENOUGH = 64 * 1024,
    ANNOUNCED_MAX = 64 * 1024 * 1024, /* room that is not used yet takes no memory (mem_room) */
    TOTAL_MAX = 256 * 1024 * 1024,
    TALK_MAX = 64 * 1024,
    LOGS_MAX = 2000
};

static void take_log(struct pump *pump, const struct record *record)
{
    if (++pump->logs > LOGS_MAX)
        return;
    const char *text = record_text(record, 1);
    const char *name = pump->call->step->name;
    text = text_escape(pump->mem, text, strlen(text));
    long level = record_number(record, 0);
    if (!talk_is_new(mem_printf(pump->mem, "%s: %s", name, text)))
        return;
    if (level >= TFHOOK_WARNING)
        talk_warn(pump->call->talk, "%s: %s", name, text);
    else if (level == TFHOOK_INFO)
        talk_info(pump->call->talk, "%s: %s", name, text);
    else
        talk_debug(pump->call->talk, "%s: %s", name, text);
}

static void take_record(struct pump *pump, const struct record *record)
{
    if (pump->ended) {
        pump->broken = "it sent records after its end";
    } else if (!record_is_valid(record)) {
        pump->broken = "it sent a record that is not whole";
    } else if (record->type == RECORD_LOG) {
        take_log(pump, record);
    } else if (record->type == RECORD_PROGRESS) {
        const char *what = record_text(record, 2);
        what = text_escape(pump->mem, what, strlen(what));
        talk_progress(pump->call->talk,
                      mem_printf(pump->mem, "%s: %s", pump->call->step->name, what),
                      record_number(record, 0), record_number(record, 1));
    } else if (record->type == RECORD_END) {
        outcome_end(pump->outcome, pump->mem, record_number(record, 0), record_text(record, 1));
        pump->ended = true;
    } else if (outcome_take(pump->outcome, pump->mem, pump->call->step->name, record) < 0) {
        pump->broken = "it sent a record that does not belong here";
    }
}

static void take_records(struct pump *pump)
{
    size_t at = 0;
    while (pump->broken == NULL) {
        struct record record;
        ptrdiff_t took = record_parse(pump->data + at, pump->size - at, &record);
        if (took < 0)
            pump->broken = "it sent something that is no record";
        if (took <= 0)
            break;
        record.lasting = pump->alone;
        take_record(pump, &record);
        at += (size_t)took;
    }
    if (pump->alone && at > 0) {
        pump->data = NULL;
        pump->size = pump->room = 0;
        pump->alone = false;
        return;
    }
    memmove(pump->data, pump->data + at, pump->size - at);
    pump->size -= at;
}

/* A large record has a buffer of its own, of its size; the others share one, which grows while it
 * is filled. */
static void make_room(struct pump *pump)
{
    size_t announced = record_announced(pump->data, pump->size);
    bool large = announced > ROOM_ENOUGH && announced <= ANNOUNCED_MAX;
    bool full = pump->room == pump->size || (pump->filled && pump->room < ROOM_ENOUGH);
    if (pump->alone || !(large || full))
        return;
    int there = 0; /* what is announced need not come */
    if (large && ioctl(pump->records, FIONREAD, &there) < 0)
        there = 0;
    size_t room = large ? announced : pump->room * 2 + ROOM_MIN;
    unsigned char *larger = large ? mem_room(pump->mem, room, pump->size + (size_t)there)
                                  : mem_alloc(&pump->buffers, room);
    if (pump->size > 0)
        memcpy(larger, pump->data, pump->size);
    pump->data = larger;
    pump->room = room;
    pump->alone = large;
}

bool pump_read_records(struct pump *pump)
{
    make_room(pump);
    ssize_t got = read(pump->records, pump->data + pump->size, pump->room - pump->size);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        pump->broken = mem_printf(pump->mem, "what it sends cannot be read: %s", strerror(errno));
    if (got < 0)
        return errno == EINTR;
    if (got == 0) {
        fds_close(&pump->records);
        return false;
    }
    pump->size += (size_t)got;
    pump->filled = pump->size == pump->room;
    pump->total += (size_t)got;
    take_records(pump);
    if (pump->total > TOTAL_MAX)
        pump->broken = "it sent more than 256 MiB";
    return pump->broken == NULL;
}

static void flush_line(struct pump *pump)
{
    if (pump->line_size > 0 && pump->talk_total <= TALK_MAX)
        talk_info(pump->call->talk, "%s (printed): %s", pump->call->step->name,
                  text_escape(pump->mem, pump->line, pump->line_size));
    pump->line_size = 0;
}

bool pump_read_talk(struct pump *pump)
{
    char data[1024];
    ssize_t got = read(pump->talk, data, sizeof data);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return errno == EINTR;
    if (got <= 0) {
        flush_line(pump);
        fds_close(&pump->talk);
        return false;
    }
    for (ssize_t i = 0; i < got && pump->talk_total <= TALK_MAX; i++, pump->talk_total++) {
        if (data[i] == '\n' || pump->line_size == sizeof pump->line)
            flush_line(pump);
        if (data[i] != '\n')
            pump->line[pump->line_size++] = data[i];
    }
    return true;
}

void pump_serve(struct pump *pump)
{
    /* What it has sent before it asks, for that may take a while. */
    while (pump->records >= 0 && pump->broken == NULL && pump_read_records(pump))
        ;
    while (pump->talk >= 0 && pump->talk_total <= TALK_MAX && pump_read_talk(pump))
        ;
    pump->patience.peer = pump->aside;
    const struct aside aside = {.fd = pump->aside,
                                .group = pump->pid,
                                .seconds = pump->call->step->timeout,
                                .patience = &pump->patience};
    int rc = aside_serve(&aside);
    if (rc == -EBADMSG)
        pump->broken = "it sent something that is no request";
    if (rc <= 0)
        fds_close(&pump->aside);
}

void pump_drain(struct pump *pump)
{
    while (pump->records >= 0 && !pump->ended && pump->broken == NULL && pump_read_records(pump))
        ;
    while (pump->talk >= 0 && pump->talk_total <= TALK_MAX && pump_read_talk(pump))
        ;
    flush_line(pump);
}

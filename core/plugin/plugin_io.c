#include "plugin_io.h"

#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    ROOM_MIN = 64 * 1024,
    TOTAL_MAX = 256 * 1024 * 1024,
    PRINTED_MAX = 64 * 1024,
    LOGS_MAX = 2000
};

static void take_record(struct plugin_io *io, const struct record *record)
{
    const char *step = io->call->step->name;
    bool told = record->type == RECORD_LOG || record->type == RECORD_PROGRESS;
    const char *text = told ? mem_printf(io->mem, "%s: %s", step, record->said.text) : NULL;
    if (io->ended) {
        io->broken = "it sent records after its end";
    } else if (record->type == RECORD_LOG) {
        if (++io->logs <= LOGS_MAX && log_is_new(text))
            log_say(io->call->log,
                    record->said.number > TFHOOK_WARNING ? TFHOOK_WARNING : record->said.number,
                    "%s", text);
    } else if (record->type == RECORD_PROGRESS) {
        log_progress(io->call->log, text, record->said.number, record->said.total);
    } else if (record->type == RECORD_END) {
        call_result_end(io->result, io->mem, record->said.number, record->said.text);
        io->ended = true;
    } else if (call_result_add(io->result, io->mem, step, record) < 0) {
        io->broken = "it sent a record that does not belong here";
    }
}

static void take_records(struct plugin_io *io)
{
    size_t at = 0;
    while (io->broken == NULL) {
        struct record record;
        ptrdiff_t took = record_parse(io->mem, io->data + at, io->size - at, &record);
        if (took < 0)
            io->broken = "it sent something that is no record";
        if (took <= 0)
            break;
        take_record(io, &record);
        at += (size_t)took;
    }
    memmove(io->data, io->data + at, io->size - at);
    io->size -= at;
}

static void make_room(struct plugin_io *io)
{
    if (io->size < io->room)
        return;
    io->room = io->room * 2 + ROOM_MIN;
    unsigned char *larger = mem_alloc(&io->buffers, io->room);
    if (io->size > 0)
        memcpy(larger, io->data, io->size);
    io->data = larger;
}

bool plugin_io_read_records(struct plugin_io *io)
{
    make_room(io);
    ssize_t got = read(io->records, io->data + io->size, io->room - io->size);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        io->broken = mem_printf(io->mem, "what it sends cannot be read: %s", strerror(errno));
    if (got < 0)
        return errno == EINTR;
    if (got == 0) {
        descriptor_close(&io->records);
        return false;
    }
    io->size += (size_t)got;
    io->total += (size_t)got;
    take_records(io);
    if (io->total > TOTAL_MAX)
        io->broken = "it sent more than 256 MiB";
    return io->broken == NULL;
}

static void flush_line(struct plugin_io *io)
{
    if (io->line_size > 0 && io->printed_total <= PRINTED_MAX)
        log_info(io->call->log, "%s (printed): %s", io->call->step->name,
                 text_escape(io->mem, io->line, io->line_size));
    io->line_size = 0;
}

bool plugin_io_read_printed(struct plugin_io *io)
{
    char data[1024];
    ssize_t got = read(io->printed, data, sizeof data);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return errno == EINTR;
    if (got <= 0) {
        flush_line(io);
        descriptor_close(&io->printed);
        return false;
    }
    for (ssize_t i = 0; i < got && io->printed_total <= PRINTED_MAX; i++, io->printed_total++) {
        if (data[i] == '\n' || io->line_size == sizeof io->line)
            flush_line(io);
        if (data[i] != '\n')
            io->line[io->line_size++] = data[i];
    }
    return true;
}

void plugin_io_drain(struct plugin_io *io)
{
    while (io->records >= 0 && !io->ended && io->broken == NULL && plugin_io_read_records(io))
        ;
    while (io->printed >= 0 && io->printed_total <= PRINTED_MAX && plugin_io_read_printed(io))
        ;
    flush_line(io);
}

/*
 * What comes up from the process of a call while it runs: records, which go to the call's result
 * or are told; and what it prints, which is told. Called by plugin_call.c only.
 */
#ifndef TFHOOK_PLUGIN_IO_H
#define TFHOOK_PLUGIN_IO_H

#include "plugin_call.h"

#include <sys/types.h>

struct plugin_io {
    struct mem *mem;
    const struct plugin_call *call;
    struct call_result *result;
    int records, printed; /* our ends; -1 when closed */
    struct mem buffers;   /* what was read, until the call ends */
    unsigned char *data;
    size_t size, room, total;
    size_t logs;
    char line[512]; /* of what the child prints */
    size_t line_size, printed_total;
    bool ended;         /* the end record is there */
    const char *broken; /* why the records cannot be trusted */
};

/* Takes what is there now. False: there is nothing more for the moment, or `broken` is set. */
bool plugin_io_read_records(struct plugin_io *io);
bool plugin_io_read_printed(struct plugin_io *io);

/* All that is there, when the process has ended. */
void plugin_io_drain(struct plugin_io *io);

#endif

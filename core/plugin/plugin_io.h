/*
 * What comes up from the process of a call while it runs: records, which go to the call's result
 * or are told; what it prints, which is told; and what it asks for (aside.h). Called by
 * plugin_call.c only.
 */
#ifndef TFHOOK_PLUGIN_IO_H
#define TFHOOK_PLUGIN_IO_H

#include "deadline.h"
#include "plugin_call.h"

#include <sys/types.h>

struct plugin_io {
    struct mem *mem;
    const struct plugin_call *call;
    struct call_result *result;
    pid_t pid;
    int ends; /* readable when the process has ended; -1: the kernel (before 5.3) cannot tell */
    int records, printed, aside; /* our ends; -1 when closed */
    struct deadline deadline;    /* of what is done aside */
    struct mem buffers;          /* what was read, until the call ends */
    bool alone;                  /* `data` is for one large record, which keeps it */
    bool filled;                 /* by the last read: there is more than was thought */
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

/* Does what the process asks for, and answers. */
void plugin_io_serve(struct plugin_io *io);

/* All that is there, when the process is about to end or has ended. */
void plugin_io_drain(struct plugin_io *io);

#endif

/*
 * What the process of a plugin's call may not do by itself, for Landlock binds it, and its parent
 * sees to: run a command that only looks, and look at processes. One request at a time, by a socket
 * of their own: the plugin waits for the answer. What may not come back is done in a process that
 * is killed at the call's deadline (probe_command.h).
 */
#ifndef TFHOOK_ASIDE_H
#define TFHOOK_ASIDE_H

#include "mem.h"
#include "procfs.h"
#include "wire.h"

#include <sys/types.h>

/* --- the call's process --- */

/* argv, home, seconds and limit as in struct probe; 0 or a negated errno. */
struct probe;
struct tfhook_output;
int aside_probe(int fd, struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
    __attribute__((warn_unused_result));
/* As process_read() and process_programs(). */
int aside_process(int fd, struct mem *mem, long pid, const char *name, size_t limit,
                  struct blob *ret) __attribute__((warn_unused_result));
int aside_programs(int fd, struct mem *mem, struct programs *ret)
    __attribute__((warn_unused_result));

/* --- its parent --- */

struct aside {
    int fd;
    pid_t group;  /* the call's process group */
    long seconds; /* and its limit of CPU time */
    const struct deadline *deadline;
};

/* Take a request, do it, answer. 1; 0: nobody asks any more; or a negated errno, -EBADMSG when what
 * came is no request. */
int aside_serve(const struct aside *aside) __attribute__((warn_unused_result));

#endif

/*
 * What the process of a plugin's call may do: to look, and to answer. Containment of mistakes, no
 * security boundary: a plugin is trusted as whoever installed it.
 *
 * A process group of its own, so that what it starts is ended with it; its end with the parent's;
 * of the descriptors only those for its answers; no terminal; signals, working directory and umask
 * as in a new process; limits of CPU time, memory and the size of a file; no core file; no new
 * privileges. What it starts is bound too. Landlock comes on top, where the kernel has it
 * (landlock.h).
 */
#ifndef TFHOOK_SANDBOX_H
#define TFHOOK_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SANDBOX_KEPT_MAX = 4 };

struct sandbox {
    pid_t group;    /* the process group to join; 0: one of its own */
    long seconds;   /* of CPU time */
    int streams[3]; /* for stdin, stdout and stderr; stdin -1: nothing to read */
    int kept[SANDBOX_KEPT_MAX];
    size_t kept_count;
};

/* Once, in the child, before any code of a plugin's or a command's. False: it has no way to go on,
 * and must exit. */
bool sandbox_enter(const struct sandbox *how) __attribute__((warn_unused_result));

/* After that, where a plugin's code runs: of root's capabilities those stay that open files and
 * sockets of others. What the process starts gets no more (no_new_privs). By system calls: libcap
 * would be a library for two of them. */
void sandbox_drop_capabilities(void);

#endif

/*
 * A command that only looks, run on behalf of a plugin's call: no shell, a clean environment,
 * bounds of time and size, and the confinement of the call (sandbox.h) but for Landlock, by which
 * few commands could work. Or a look of our own that might not come back: reading a file of /proc
 * can wait for a dead server, or for a lock of a process that is stuck.
 */
#ifndef TFHOOK_PROBE_COMMAND_H
#define TFHOOK_PROBE_COMMAND_H

#include "blob.h"
#include "deadline.h"
#include "mem.h"

#include <sys/types.h>
#include <tfhook/plugin.h>

struct probe {
    const char *const *argv; /* argv[0] is an absolute path; NULL ends it */
    /* Instead of a command, when it is not NULL: writes to its stdout, returns its exit status. */
    int (*look)(void *context);
    void *context;
    const char *home;  /* HOME */
    struct blob input; /* for its stdin; data NULL: /dev/null */
    long seconds;      /* its own deadline, when the call's is not before */
    size_t limit;      /* of its stdout; it is killed when there is more */
    const struct deadline *deadline;
    pid_t group;      /* the process group of the call, which it joins */
    long cpu_seconds; /* the limit of the call */
};

/* The outputs are `mem`'s. 0 or a negated errno: it could not be started. */
int probe_run(struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
    __attribute__((warn_unused_result));

#endif

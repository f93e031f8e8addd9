/*
 * A command that only looks, run by a plugin's call: no shell, a clean environment, bounds of time
 * and size. It is the real user's, and bound by the limits of the call (sandbox.h).
 */
#ifndef TFHOOK_PROBE_COMMAND_H
#define TFHOOK_PROBE_COMMAND_H

#include "blob.h"
#include "mem.h"

#include <tfhook/plugin.h>

struct probe {
    const char *const *argv; /* argv[0] is an absolute path; NULL ends it */
    struct blob input;       /* for its stdin; data NULL: /dev/null */
    long seconds;            /* it is killed after that */
    size_t limit;            /* of its stdout; it is killed when there is more */
};

/* The outputs are `mem`'s. 0 or a negated errno: it could not be started. */
int probe_run(struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
    __attribute__((warn_unused_result));

#endif

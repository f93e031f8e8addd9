/*
 * How long something is waited for on behalf of a plugin's call: not after its deadline, its end,
 * or a signal that ends the run.
 */
#ifndef TFHOOK_DEADLINE_H
#define TFHOOK_DEADLINE_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline {
    int64_t at;                               /* by clock_ms() */
    int peer;                                 /* a socket to the call's process, for its hang-up; or
                                                 -1 */
    const volatile sig_atomic_t *interrupted; /* or NULL */
};

bool deadline_is_over(const struct deadline *deadline);

enum { DEADLINE_FDS_MAX = 3 };

/* Until one of `fds` is ready, as poll(). False: the time is over, and nothing is. */
bool deadline_poll(const struct deadline *deadline, struct pollfd *fds, size_t count)
    __attribute__((warn_unused_result));

#endif

#include "deadline.h"

#include "clock.h"

#include <string.h>

bool patience_is_over(const struct patience *patience)
{
    struct pollfd peer = {patience->peer, 0, 0}; /* a hang-up is told unasked */
    return clock_ms() >= patience->deadline ||
           (patience->interrupted != NULL && *patience->interrupted) || poll(&peer, 1, 0) > 0;
}

bool patience_poll(const struct patience *patience, struct pollfd *fds, size_t count)
{
    enum { PAUSE_MS = 200 }; /* a signal may come just before the kernel waits */
    struct pollfd all[PATIENCE_FDS_MAX + 1];
    memcpy(all, fds, count * sizeof *fds);
    all[count] = (struct pollfd){patience->peer, 0, 0};
    do {
        int64_t left = patience->deadline - clock_ms();
        int pause = left > PAUSE_MS ? PAUSE_MS : left > 0 ? (int)left : 0;
        int ready = poll(all, count + 1, pause);
        if (ready > (all[count].revents != 0 ? 1 : 0)) {
            memcpy(fds, all, count * sizeof *fds);
            return true;
        }
    } while (!patience_is_over(patience));
    return false;
}

#include "deadline.h"

#include "clock.h"

#include <string.h>

bool deadline_is_over(const struct deadline *deadline)
{
    struct pollfd peer = {deadline->peer, 0, 0}; /* a hang-up is told unasked */
    return clock_ms() >= deadline->at ||
           (deadline->interrupted != NULL && *deadline->interrupted) || poll(&peer, 1, 0) > 0;
}

bool deadline_poll(const struct deadline *deadline, struct pollfd *fds, size_t count)
{
    enum { PAUSE_MS = 200 }; /* a signal may come just before the kernel waits */
    struct pollfd all[DEADLINE_FDS_MAX + 1];
    memcpy(all, fds, count * sizeof *fds);
    all[count] = (struct pollfd){deadline->peer, 0, 0};
    do {
        int64_t left = deadline->at - clock_ms();
        int pause = left > PAUSE_MS ? PAUSE_MS : left > 0 ? (int)left : 0;
        int ready = poll(all, count + 1, pause);
        if (ready > (all[count].revents != 0 ? 1 : 0)) {
            memcpy(fds, all, count * sizeof *fds);
            return true;
        }
    } while (!deadline_is_over(deadline));
    return false;
}

#include "clock.h"

#include <sys/wait.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool clock_wait_process(pid_t pid, int64_t deadline, int *ret_status)
{
    const struct timespec moment = {0, 1000000};
    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        if (clock_ms() >= deadline)
            return false;
        (void)nanosleep(&moment, NULL);
    }
    return true;
}

const char *clock_utc_text(struct mem *mem, int64_t seconds)
{
    struct tm tm;
    char text[32] = "?";
    time_t t = (time_t)seconds;
    if (gmtime_r(&t, &tm) != NULL)
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return mem_str(mem, text);
}

#include "clock.h"

#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

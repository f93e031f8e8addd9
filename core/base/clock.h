/* The time that passes, whatever is done to the clock on the wall, and what is waited for by it;
 * and that clock's time as text. */
#ifndef TFHOOK_CLOCK_H
#define TFHOOK_CLOCK_H

#include "mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Milliseconds since some moment in the past, the same one in each process of the machine. */
int64_t clock_ms(void);

/* Waits for a child process until clock_ms() is `deadline`; *ret_status is its wait status. False:
 * it has not ended. */
bool clock_wait_process(pid_t pid, int64_t deadline, int *ret_status);

/* Seconds since the epoch, as 2026-01-31T23:59:59Z. */
const char *clock_utc_text(struct mem *mem, int64_t seconds);

#endif

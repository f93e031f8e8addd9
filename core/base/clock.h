/* The time that passes, whatever is done to the clock on the wall; and that clock's time as text.
 */
#ifndef TFHOOK_CLOCK_H
#define TFHOOK_CLOCK_H

#include "mem.h"

#include <stdint.h>

/* Milliseconds since some moment in the past, the same one in each process of the machine. */
int64_t clock_ms(void);

/* Seconds since the epoch, as 2026-01-31T23:59:59Z. */
const char *clock_utc_text(struct mem *mem, int64_t seconds);

#endif

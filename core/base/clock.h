/* The time that passes, whatever is done to the clock on the wall. */
#ifndef TFHOOK_CLOCK_H
#define TFHOOK_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past, the same one in each process of the machine. */
int64_t clock_ms(void);

#endif

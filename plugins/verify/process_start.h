/*
 * When a process started, from the text of /proc/stat and /proc/PID/stat. Pure.
 */
#ifndef TFHOOK_VERIFY_PROCESS_START_H
#define TFHOOK_VERIFY_PROCESS_START_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since the epoch, of /proc/stat's line btime. */
bool verify_proc_boot(const char *text, int64_t *ret) __attribute__((warn_unused_result));
/* Clock ticks since then, of /proc/PID/stat: its field 22. The name of the program in field 2 may
 * hold blanks and brackets. */
bool verify_proc_start(const char *text, unsigned long long *ret)
    __attribute__((warn_unused_result));

#endif

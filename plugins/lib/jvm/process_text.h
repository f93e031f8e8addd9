/*
 * What the kernel's texts about a process say. Pure. False when the text does not say it: then it
 * is not what it should be.
 */
#ifndef TFHOOK_LIB_PROCESS_TEXT_H
#define TFHOOK_LIB_PROCESS_TEXT_H

#include <stdbool.h>

/* When it started, in clock ticks since the boot, of /proc/PID/stat: field 22. The name of the
 * program in field 2 may hold blanks and brackets. */
bool process_start_ticks(const char *stat, unsigned long long *ret)
    __attribute__((warn_unused_result));
/* Its effective user, of /proc/PID/status: "Uid: REAL EFFECTIVE ...". */
bool process_user(const char *status, unsigned *ret) __attribute__((warn_unused_result));

#endif

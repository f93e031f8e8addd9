/*
 * Why something failed: the exit status it leads to and one line for a person. The caller owns the
 * struct and gives it a region; a function that fails fills it once and returns -1.
 *
 *     struct err err = {.mem = mem};
 *     if (session_open(..., &err) < 0)
 *         return report(&err);
 */
#ifndef TFHOOK_ERR_H
#define TFHOOK_ERR_H

#include "exit_status.h"
#include "mem.h"

struct err {
    struct mem *mem;
    enum status status;
    const char *text;
};

/* Always -1. The text is escaped, so names from anywhere may be put into it. A reason that is
 * already there is kept: the first cause is the true one. */
int err_set(struct err *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "... : strerror(number)", with a hint where the kernel's words need one. The number 0 is no
 * error: then 0, and nothing is set. */
int err_errno(struct err *err, enum status status, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif

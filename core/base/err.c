#include "err.h"

#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int err_set(struct err *err, enum status status, const char *format, ...)
{
    if (err->text != NULL)
        return -1;
    va_list args;
    va_start(args, format);
    err->text = text_escape_lines(err->mem, mem_vprintf(err->mem, format, args));
    va_end(args);
    err->status = status;
    return -1;
}

static const struct {
    int number;
    const char *hint;
} hints[] = {
    {EACCES, "; run as root, or give this user access"},
    {EPERM, "; is the file immutable (lsattr), or this user not its owner?"},
    {EROFS, "; remount it writable first"},
    {ENOSPC, "; free some space first"},
    {EDQUOT, "; raise the quota first"},
};

int err_errno(struct err *err, enum status status, int number, const char *format, ...)
{
    if (err->text != NULL)
        return -1;
    va_list args;
    va_start(args, format);
    const char *what = mem_vprintf(err->mem, format, args);
    va_end(args);
    const char *hint = "";
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (hints[i].number == number)
            hint = hints[i].hint;
    return err_set(err, status, "%s: %s%s", what, strerror(number), hint);
}

#include "err.h"

#include "text.h"

#include <errno.h>
#include <string.h>

int err_set(struct err *err, enum status status, const char *format, ...)
{
    if (err->text != NULL)
        return -1;
    const char *text;
    MEM_FORMAT(err->mem, format, text);
    err->text = text_escape_lines(err->mem, text);
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
    const char *what;
    if (number == 0)
        return 0;
    const char *hint = "";
    MEM_FORMAT(err->mem, format, what);
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (hints[i].number == number)
            hint = hints[i].hint;
    return err_set(err, status, "%s: %s%s", what, strerror(number), hint);
}

#include "host_errors.h"

#include <errno.h>

bool is_denied(int result)
{
    return result == -EACCES || result == -EPERM;
}

const char *read_advice(int result)
{
    return is_denied(result) ? "; run as root" : "";
}

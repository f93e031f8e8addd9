#include "host_errors.h"

#include <errno.h>

bool host_error_is_denied(int result)
{
    return result == -EACCES || result == -EPERM;
}

const char *host_error_advice(int result)
{
    return host_error_is_denied(result) ? "; run as root" : "";
}

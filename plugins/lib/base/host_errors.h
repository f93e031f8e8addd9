/*
 * What to add to the message of a host call that failed, e.g. "; run as root". Pure.
 */
#ifndef TFHOOK_LIB_HOST_ERRORS_H
#define TFHOOK_LIB_HOST_ERRORS_H

#include <stdbool.h>

/* `result` is a negated errno value; "" when there is nothing to advise. Constant. */
const char *host_error_advice(int result);
/* Is it a lack of rights? Then the file may be as good as it can be. */
bool host_error_is_denied(int result);

#endif

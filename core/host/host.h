/*
 * The host table that a plugin's call is given: the child's side of the interface. Reads look at
 * the disk with what is staged; everything else leaves as records.
 */
#ifndef TFHOOK_HOST_H
#define TFHOOK_HOST_H

#include "host_context.h"

void host_table(struct host_context *context, struct tfhook_host *ret);

#endif

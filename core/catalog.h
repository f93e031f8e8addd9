/*
 * The command `plugins [NAME]`: what is in the plugin directory, and the manual of one, made from
 * its descriptor.
 */
#ifndef TFHOOK_CATALOG_H
#define TFHOOK_CATALOG_H

#include "pipeline.h"

/* With --json it prints an object of its own. */
int catalog_command(struct pipeline *pipeline, struct err *err) __attribute__((warn_unused_result));

#endif

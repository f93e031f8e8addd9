/*
 * The process in which a plugin's code runs, from fork to exit. Called by plugin_call.c only.
 */
#ifndef TFHOOK_PLUGIN_CHILD_H
#define TFHOOK_PLUGIN_CHILD_H

#include "plugin_call.h"

#include <sys/types.h>

/* In the child of the process `parent`: never returns. It sends records to one descriptor; what it
 * prints goes to the other. */
_Noreturn void plugin_child_main(const struct plugin_call *call, pid_t parent, int records,
                                 int printed);

#endif

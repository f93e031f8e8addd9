/*
 * The process in which a plugin's code runs, from fork to exit. Called by plugin_call.c only.
 */
#ifndef TFHOOK_PLUGIN_CHILD_H
#define TFHOOK_PLUGIN_CHILD_H

#include "plugin_call.h"

#include <sys/types.h>

struct plugin_child_ends {
    pid_t parent;
    int records, printed; /* the child's ends, for records and for what it prints */
};

/* In the child: never returns. Takes the descriptors. */
_Noreturn void plugin_child_main(const struct plugin_call *call,
                                 const struct plugin_child_ends *ends);

#endif

/*
 * The process in which a plugin's code runs, from fork to exit, and the ending of what it leaves
 * behind. Called by child.c only.
 */
#ifndef TFHOOK_GUEST_H
#define TFHOOK_GUEST_H

#include "child.h"

#include <sys/types.h>

/* The child's ends: for records, for requests (aside.h), for what it prints. */
struct guest_ends {
    int records, aside, printed;
};

/* In the child: never returns. Takes the descriptors. */
_Noreturn void guest_main(const struct child_call *call, const struct guest_ends *ends);

/* In the parent, a subreaper at this moment: kill the call's process group and every process that
 * it orphaned. */
void guest_end_leftovers(pid_t group);

#endif

/*
 * The process in which a plugin's code runs, from fork to exit, and the ending of what it leaves
 * behind. Called by child.c only.
 */
#ifndef TFHOOK_GUEST_H
#define TFHOOK_GUEST_H

#include "child.h"

#include <sys/types.h>

/* In the child: never returns. Takes both descriptors. */
_Noreturn void guest_main(const struct child_call *call, int records, int printed);

/* In the parent, a subreaper at this moment: kill the call's process group and every process that
 * it orphaned. */
void guest_end_leftovers(pid_t group);

#endif

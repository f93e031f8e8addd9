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

/* Processes that the parent has as children for another reason than the call: what a shell had
 * started before it became tfhook, e.g. the logger of a wrapper script. */
struct guest_others {
    pid_t *pids;
    size_t count;
};

/* In the parent, before the fork. */
void guest_note_others(struct mem *mem, struct guest_others *ret);

/* In the parent, a subreaper at this moment: kill the call's process group and every process that
 * it orphaned. */
void guest_end_leftovers(pid_t group, const struct guest_others *others);

#endif

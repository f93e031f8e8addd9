/*
 * The process in which a plugin's code runs, from fork to exit, and the ending of what it leaves
 * behind. Called by plugin_call.c only.
 */
#ifndef TFHOOK_PLUGIN_CHILD_H
#define TFHOOK_PLUGIN_CHILD_H

#include "plugin_call.h"

#include <sys/types.h>

/* The child's ends: for records, for requests (aside.h), for what it prints. */
struct plugin_child_ends {
    int records, aside, printed;
};

/* In the child: never returns. Takes the descriptors. */
_Noreturn void plugin_child_main(const struct plugin_call *call,
                                 const struct plugin_child_ends *ends);

/* Processes that are the parent's for another reason than the call: what a shell had started before
 * it became tfhook, e.g. the logger of a wrapper script, and what such a process had started. (What
 * it starts and orphans during a call is taken for the plugin's.) */
struct other_children {
    pid_t *pids; /* the parent's children before the call */
    size_t count;
    unsigned long long since; /* when the call began, in the kernel's ticks since boot */
};

/* In the parent, before the fork. */
void plugin_child_note_others(struct mem *mem, struct other_children *ret);

/* In the parent, a subreaper at this moment: kill the call's process group and every process that
 * it orphaned. */
void plugin_child_end_leftovers(pid_t group, const struct other_children *others);

#endif

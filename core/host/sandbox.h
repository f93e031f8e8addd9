/*
 * What the process of a plugin's call may do: to look, and to propose. Containment of mistakes, no
 * security boundary: a plugin is trusted as whoever installed it.
 *
 * A process group of its own, so that what it starts is ended with it; its end with its parent's;
 * of the descriptors none of the invoker's; no terminal; signals, working directory and umask
 * as in a new process; limits of CPU time, memory and the size of a file; no core file; no new
 * privileges.
 *
 * And where root runs it, an effective user who owns nothing, with those of root's capabilities
 * that read any file and look at any process. What only its owner may write it can then neither
 * open to write, nor rename, remove or make beside. The real user stays root, so that the host's
 * functions can act as root for a moment, and commands that they run are root's.
 *
 *     in the call:     sandbox_enter, sandbox_drop_root, plugin code ...
 *                      sandbox_act_as_root, what needs it, sandbox_drop_root
 *     in its command:  sandbox_enter_command, execve
 *
 * Source: capabilities(7), prctl(2).
 */
#ifndef TFHOOK_SANDBOX_H
#define TFHOOK_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/* Once, in the child, before any code of a plugin's. `parent`: when it is another by now, it has
 * died, and so shall this process. `seconds` of CPU time. `streams`: for stdin, stdout and stderr;
 * stdin -1: nothing to read. False: it has no way to go on, and must exit. */
bool sandbox_enter(pid_t parent, long seconds, const int streams[3])
    __attribute__((warn_unused_result));

/* For the calling thread. NULL, or why it keeps its user and all that this user may do. */
const char *sandbox_drop_root(void);

/* Root again, for the calling thread, until sandbox_drop_root(). False: there is nothing to take
 * back. */
bool sandbox_act_as_root(void);

/* In a child of the call, `parent`, that becomes a command: the real user with all that it may do,
 * but for the limits of the call. False as above. */
bool sandbox_enter_command(pid_t parent, const int streams[3]) __attribute__((warn_unused_result));

#endif

/*
 * The kernel's Landlock, by which a process gives up the right to change files for ever; from Linux
 * 6.12 on, that to send signals to others too.
 *
 * What else it takes away: a look at what processes outside are (/proc/PID/exe, cwd, root; environ
 * on some kernels), whoever asks. So the parent sees to such looks for the process that is bound
 * (aside.h).
 */
#ifndef TFHOOK_LANDLOCK_H
#define TFHOOK_LANDLOCK_H

#include <stdbool.h>

/* What a process that is bound by it can no longer do: make, write, rename or remove a file;
 * /dev/null excepted. Mode, owner and times of a file are beyond Landlock, and so is truncation
 * before 6.2. A descriptor, or -1 where the kernel (before 5.13) has no Landlock or it is switched
 * off. *ret_lack says what is not hindered, or is NULL. */
int landlock_ruleset(const char **ret_lack);

/* Binds the calling thread, and the threads and processes that it starts from now on, for ever;
 * closes the ruleset. no_new_privs must be set. */
bool landlock_bind(int ruleset) __attribute__((warn_unused_result));

#endif

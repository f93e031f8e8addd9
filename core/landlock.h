/*
 * The kernel's Landlock, by which a thread gives up the right to change files for ever.
 *
 * What else it takes away: a look at what processes outside are (/proc/PID/exe, cwd, root,
 * environ), whoever asks. So a thread beside the one that is bound does such looks (aside.h).
 */
#ifndef TFHOOK_LANDLOCK_H
#define TFHOOK_LANDLOCK_H

#include <stdbool.h>

/* The kernel has it (5.13 and later, where it is not switched off). */
bool landlock_is_there(void);
/* It can also deny that a file is cut short (6.2 and later). */
bool landlock_knows_truncation(void);

/* The calling thread, and the threads and processes that it starts from now on, can neither make,
 * write, rename nor remove a file; /dev/null excepted. Mode, owner and times of a file are beyond
 * Landlock, and so is truncation before 6.2. no_new_privs must be set. False: they can. */
bool landlock_deny_changes(void) __attribute__((warn_unused_result));

#endif

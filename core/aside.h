/*
 * A thread beside the plugin's, in the process of its call, for what the host does on the plugin's
 * behalf and the plugin's own thread may not: Landlock binds a thread, and leaves those that were
 * there before it alone. No code of a plugin's ever runs on it.
 *
 * Order: aside_start(), then landlock_deny_changes(), then the plugin; aside_run() from host
 * functions, while the plugin's thread waits. It ends with the process.
 */
#ifndef TFHOOK_ASIDE_H
#define TFHOOK_ASIDE_H

#include <stdbool.h>

/* False: there is no such thread, and aside_run() does the work itself. */
bool aside_start(void) __attribute__((warn_unused_result));

/* work(context) on the thread aside; its result. errno is not carried over. */
int aside_run(int (*work)(void *context), void *context);

#endif

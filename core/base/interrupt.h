/*
 * INT, TERM and HUP end what is at hand, in good order: a handler only notes that one came, and
 * each loop that may last looks at the note.
 *
 * Order: interrupt_catch() before the first call of a plugin, and before a writer has begun.
 */
#ifndef TFHOOK_INTERRUPT_H
#define TFHOOK_INTERRUPT_H

#include <signal.h>

/* The number of the signal that came; 0: none. */
extern volatile sig_atomic_t interrupt_pending;

/* A process that gets each of these signals too: the phase command that runs. 0: none. */
extern volatile sig_atomic_t interrupt_forward_to;

/* A signal that the caller has us ignore (nohup) stays ignored. */
void interrupt_catch(void);

#endif

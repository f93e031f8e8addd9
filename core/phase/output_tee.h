/*
 * Copies a command's output to where it went before and to a log. A process of its own, ours only
 * until the command ends: it goes on until the last writer has closed its end.
 */
#ifndef TFHOOK_OUTPUT_TEE_H
#define TFHOOK_OUTPUT_TEE_H

#include <sys/types.h>

struct output_tee {
    int writer; /* for the command; close it after the fork */
    int done;   /* closing it asks for what is there to be passed on; then wait for its end */
    int idle;   /* readable when all of it was passed on */
};

/* `target` is the descriptor to copy to. 0 or a negated errno. */
int output_tee_start(struct output_tee *tee, int target, int log)
    __attribute__((warn_unused_result));

/* The command has ended: wait until what it wrote has arrived (two seconds at most). */
void output_tee_finish(struct output_tee *tee);

#endif

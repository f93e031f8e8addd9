/*
 * Copies a command's output to where it went before and to a log. A process of its own, ours only
 * until the command ends: it goes on until the last writer has closed its end.
 */
#ifndef TFHOOK_OUTPUT_TEE_H
#define TFHOOK_OUTPUT_TEE_H

struct output_tee { /* -1: not open */
    int writer;     /* for the command; close it after the fork */
    int copier;     /* a socket: shut down here, it ends there when what was written is passed on */
};

/* `target` is the descriptor to copy to. 0 or a negated errno. */
int output_tee_start(struct output_tee *tee, int target, int log)
    __attribute__((warn_unused_result));

/* The command has ended, or was not started: wait until what it wrote has arrived (two seconds at
 * most). */
void output_tee_finish(struct output_tee *tee);

#endif

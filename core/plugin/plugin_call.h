/*
 * One call of a plugin in a process of its own.
 *
 *     forked -> loaded -> called -> end record -> exit 0        : the result counts
 *        |         |         |           |
 *        +---------+---------+-----------+-> exit, signal,      : crashed; nothing counts
 *        |         |         |                bad record
 *        +---------+---------+-------------> deadline           : killed; timed out
 *
 * The child inherits config and change set by fork and sends records up one pipe; what it prints
 * goes up another and is logged. Nothing goes down: it asks its parent for nothing. It has a
 * process group of its own, which is killed when the call is over, and ends with its parent. This
 * contains mistakes; it is no security boundary.
 */
#ifndef TFHOOK_PLUGIN_CALL_H
#define TFHOOK_PLUGIN_CALL_H

#include "call_result.h"
#include "loader.h"
#include "log.h"
#include "run_environment.h"
#include "step_settings.h"

enum call { CALL_DESCRIBE, CALL_CHECK, CALL_PLAN, CALL_VERIFY };

struct plugin_call {
    enum call call;
    const struct run_environment *environment;
    const struct log *log;
    const struct plugin_file *file;
    const struct step *step;         /* name, plugin and timeout */
    const struct settings *settings; /* not for CALL_DESCRIBE */
    const char *hook;
    struct change_set *changes; /* NULL: none; the child changes its own copy only */
    int lock;                   /* closed in the child, which must not hold it; -1: none */
};

/* Always fills *ret; what went wrong is in its status, exit and message. */
void plugin_call_run(struct mem *mem, const struct plugin_call *call, struct call_result *ret);

#endif

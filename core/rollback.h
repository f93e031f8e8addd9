/*
 * The command `rollback [SEQ]`: a committed transaction undone by a transaction of its own. Needs
 * no plugin. A whole file that was changed since is refused by name (--skip leaves it out); line
 * edits are undone as line edits in today's file.
 */
#ifndef TFHOOK_ROLLBACK_H
#define TFHOOK_ROLLBACK_H

#include "report.h"
#include "session.h"

int rollback_command(struct session *session, struct report *report, struct err *err)
    __attribute__((warn_unused_result));

#endif

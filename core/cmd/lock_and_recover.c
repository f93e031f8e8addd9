#include "lock_and_recover.h"

#include "interrupt.h"
#include "lock.h"

int writer_lock(struct session *session, struct err *err)
{
    session->lock = lock_take(session->mem, &session->talk, session->world.state_dir,
                              cli_command_names[session->cli.command],
                              world_time(session->mem, session->world.now), session->cli.wait, err);
    if (session->lock < 0)
        return -1;
    interrupt_catch();
    return 0;
}

struct recovery writer_recovery(struct session *session, struct stage *undone)
{
    return (struct recovery){.mem = session->mem,
                             .state_dir = session->world.state_dir,
                             .talk = &session->talk,
                             .undone = undone};
}

int writer_report_settled(struct report *report, const struct recovery *recovery, int result,
                          const struct err *err)
{
    if (recovery->seq > 0) {
        report->result = "rolled-back";
        report->transaction = recovery->seq;
    }
    if (result < 0)
        report->result = err->status == STATUS_STUCK ? "stuck" : "failed";
    return result;
}

int writer_settle(struct session *session, struct report *report, struct stage *undone,
                  struct err *err)
{
    struct recovery recovery = writer_recovery(session, undone);
    int rc = recovery_settle_all(&recovery, err);
    return writer_report_settled(report, &recovery, rc, err);
}

int writer_begin(struct session *session, struct report *report, struct err *err)
{
    return writer_lock(session, err) < 0 ? -1 : writer_settle(session, report, NULL, err);
}

int writer_undo(struct report *report, struct txn *txn, struct err *err)
{
    int rc = txn_undo(txn, err);
    report->result = err->status == STATUS_STUCK ? "stuck" : "rolled-back";
    return rc;
}

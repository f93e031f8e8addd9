#include "writer.h"

#include "interrupt.h"
#include "lock.h"

int writer_lock(struct run *run, struct err *err)
{
    run->lock =
        lock_take(run->mem, &run->talk, run->world.state_dir, cli_command_names[run->cli.command],
                  world_time(run->mem, run->world.now), run->cli.wait, err);
    if (run->lock < 0)
        return -1;
    interrupt_catch();
    return 0;
}

struct recovery writer_recovery(struct run *run, struct stage *undone)
{
    return (struct recovery){
        .mem = run->mem, .state_dir = run->world.state_dir, .talk = &run->talk, .undone = undone};
}

int writer_report_settled(struct run *run, const struct recovery *recovery, int result,
                          const struct err *err)
{
    if (recovery->seq > 0) {
        run->report.result = "rolled-back";
        run->report.transaction = recovery->seq;
    }
    if (result < 0)
        run->report.result = err->status == STATUS_STUCK ? "stuck" : "failed";
    return result;
}

int writer_settle(struct run *run, struct stage *undone, struct err *err)
{
    struct recovery recovery = writer_recovery(run, undone);
    int rc = recovery_settle_all(&recovery, err);
    return writer_report_settled(run, &recovery, rc, err);
}

int writer_begin(struct run *run, struct err *err)
{
    return writer_lock(run, err) < 0 ? -1 : writer_settle(run, NULL, err);
}

int writer_undo(struct run *run, struct txn *txn, struct err *err)
{
    int rc = txn_undo(txn, err);
    run->report.result = err->status == STATUS_STUCK ? "stuck" : "rolled-back";
    return rc;
}

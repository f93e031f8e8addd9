#include "lock_and_recover.h"

#include "clock.h"
#include "interrupt.h"
#include "lock.h"

int lock_session(struct session *session, struct err *err)
{
    session->lock =
        lock_take(session->mem, &session->log, session->environment.state_dir,
                  cli_commands[session->cli.command].name,
                  clock_utc_text(session->mem, session->environment.now), session->cli.wait, err);
    if (session->lock < 0)
        return -1;
    interrupt_catch();
    return 0;
}

struct recovery recovery_of_session(struct session *session, struct change_set *undone)
{
    return (struct recovery){.mem = session->mem,
                             .state_dir = session->environment.state_dir,
                             .log = &session->log,
                             .undone = undone};
}

int report_recovery(struct session *session, const struct recovery *recovery, int result,
                    const struct err *err)
{
    if (recovery->seq > 0) {
        session->report.result = "rolled-back";
        session->report.transaction = recovery->seq;
    }
    if (result < 0)
        session->report.result = err->status == STATUS_STUCK ? "stuck" : "failed";
    return result;
}

int recover_interrupted(struct session *session, struct change_set *undone, struct err *err)
{
    struct recovery recovery = recovery_of_session(session, undone);
    int rc = recovery_settle_all(&recovery, err);
    return report_recovery(session, &recovery, rc, err);
}

int lock_and_recover(struct session *session, struct err *err)
{
    return lock_session(session, err) < 0 ? -1 : recover_interrupted(session, NULL, err);
}

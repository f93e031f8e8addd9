#include "session.h"

#include "clock.h"
#include "interrupt.h"
#include "recovery.h"

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

int recover_interrupted(struct session *session, struct change_set *undone, struct err *err)
{
    struct report *report = &session->report;
    struct recovery recovery = {.mem = session->mem,
                                .state_dir = session->environment.state_dir,
                                .log = &session->log,
                                .undone = undone};
    bool applied = false;
    int rc = session->cli.restore ? recovery_restore(&recovery, session->cli.seq, err)
             : session->cli.keep  ? recovery_keep(&recovery, session->cli.seq, &applied, err)
                                  : recovery_settle_all(&recovery, err);
    if (recovery.seq > 0) {
        report->result = "rolled-back";
        report->transaction = recovery.seq;
    }
    if (rc == 0 && session->cli.keep) {
        report->result = applied ? "applied" : "unchanged";
        report->transaction = session->cli.seq;
    }
    if (rc < 0)
        report->result = "failed";
    return rc;
}

int lock_and_recover(struct session *session, struct err *err)
{
    return lock_session(session, err) < 0 ? -1 : recover_interrupted(session, NULL, err);
}

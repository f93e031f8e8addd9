/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
#include "commands.h"

#include "lock_and_recover.h"
#include "recovery.h"

#include <stdio.h>

/* --restore or --keep. */
static int settle_named(struct session *session, struct err *err)
{
    struct recovery recovery = recovery_of_session(session, &session->report.changes);
    bool applied = false;
    if (session->cli.restore) {
        int rc = recovery_restore(&recovery, session->cli.seq, err);
        return report_recovery(session, &recovery, rc, err);
    }
    if (recovery_keep(&recovery, session->cli.seq, &applied, err) < 0)
        return report_recovery(session, &recovery, -1, err);
    session->report.result = applied ? "applied" : "unchanged";
    session->report.transaction = session->cli.seq;
    return 0;
}

int command_recover(struct session *session, struct err *err)
{
    if (lock_session(session, err) < 0)
        return -1;
    if (session->cli.restore || session->cli.keep)
        return settle_named(session, err);
    if (recover_interrupted(session, &session->report.changes, err) < 0)
        return -1;
    if (session->report.result == NULL)
        session->report.result = "unchanged";
    if (!session->log.json)
        (void)puts(session->report.transaction > 0 ? "Recovered; nothing else is left to recover."
                                                   : "Nothing is left to recover.");
    return 0;
}

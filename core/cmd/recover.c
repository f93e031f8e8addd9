/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
#include "commands.h"

#include "lock_and_recover.h"
#include "recovery.h"

#include <stdio.h>

/* --restore or --keep. */
static int settle_named(struct session *session, struct report *report, struct err *err)
{
    struct recovery recovery = recovery_of_session(session, &report->changes);
    bool applied = false;
    if (session->cli.restore) {
        int rc = recovery_restore(&recovery, session->cli.seq, err);
        return report_recovery(report, &recovery, rc, err);
    }
    if (recovery_keep(&recovery, session->cli.seq, &applied, err) < 0)
        return report_recovery(report, &recovery, -1, err);
    report->result = applied ? "applied" : "unchanged";
    report->transaction = session->cli.seq;
    return 0;
}

int command_recover(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    report->changes.mem = session->mem;
    if (lock_session(session, err) < 0)
        return -1;
    if (session->cli.restore || session->cli.keep)
        return settle_named(session, report, err);
    if (recover_interrupted(session, report, &report->changes, err) < 0)
        return -1;
    if (report->result == NULL)
        report->result = "unchanged";
    if (!session->log.json)
        (void)puts(report->transaction > 0 ? "Recovered; nothing else is left to recover."
                                           : "Nothing is left to recover.");
    return 0;
}

#include "recover.h"

#include "recovery.h"
#include "writer.h"

#include <stdio.h>

/* --restore or --keep. */
static int settle_named(struct run *run, struct err *err)
{
    struct recovery recovery = writer_recovery(run, &run->report.changes);
    bool applied = false;
    if (run->cli.restore) {
        int rc = recovery_restore(&recovery, run->cli.seq, err);
        return writer_report_settled(run, &recovery, rc, err);
    }
    if (recovery_keep(&recovery, run->cli.seq, &applied, err) < 0)
        return writer_report_settled(run, &recovery, -1, err);
    run->report.result = applied ? "applied" : "unchanged";
    run->report.transaction = run->cli.seq;
    return 0;
}

int recover_command(struct run *run, struct err *err)
{
    run->report.changes.mem = run->mem;
    if (writer_lock(run, err) < 0)
        return -1;
    if (run->cli.restore || run->cli.keep)
        return settle_named(run, err);
    if (writer_settle(run, &run->report.changes, err) < 0)
        return -1;
    if (run->report.result == NULL)
        run->report.result = "unchanged";
    if (!run->talk.json)
        (void)puts(run->report.transaction > 0 ? "Recovered; nothing else is left to recover."
                                               : "Nothing is left to recover.");
    return 0;
}

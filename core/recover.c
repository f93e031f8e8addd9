#include "recover.h"

#include "journal.h"
#include "transact.h"
#include "undo.h"

#include <stdio.h>

/* A prep without a whole journal has touched nothing: the journal is synced first. */
static int settle_prep(struct run *run, struct journal *journal, struct err *err)
{
    struct err unread = {.mem = run->mem};
    if (journal_read(run->mem, journal, &unread) == 0)
        undo_remove_temps(run->mem, journal, true);
    if (journal_move(run->mem, journal, TXN_UNDONE, err) < 0)
        return -1;
    talk_info(&run->talk, "transaction %ld was interrupted before it changed anything; cleaned up",
              journal->seq);
    return 0;
}

static int settle_open(struct run *run, struct journal *journal, struct err *err)
{
    struct err unread = {.mem = run->mem};
    if (journal_read(run->mem, journal, &unread) < 0) {
        if (journal_move(run->mem, journal, TXN_STUCK, err) < 0)
            return -1;
        return err_set(err, STATUS_STUCK,
                       "transaction %ld is stuck: %s; its backups are in %s; when the files are "
                       "right, `tfhook recover --keep %ld` closes it",
                       journal->seq, unread.text, journal->dir, journal->seq);
    }
    if (undo_all(run->mem, journal, false, err) < 0)
        return -1;
    talk_info(&run->talk, "transaction %ld was interrupted; its changes were undone", journal->seq);
    return 0;
}

static int settle(struct run *run, struct journal *journal, struct err *err)
{
    if (journal->phase == TXN_PREP)
        return settle_prep(run, journal, err);
    if (journal->phase == TXN_OPEN)
        return settle_open(run, journal, err);
    if (journal->phase != TXN_STUCK)
        return 0;
    return err_set(
        err, STATUS_STUCK,
        "transaction %ld is stuck; see `tfhook history %ld`, then `tfhook recover "
        "--restore %ld` puts the old content back, or `tfhook recover --keep %ld` leaves "
        "all as it is",
        journal->seq, journal->seq, journal->seq, journal->seq);
}

int recover_interrupted(struct run *run, struct err *err)
{
    struct journals all;
    if (journal_list(run->mem, run->world.state_dir, &all, err) < 0)
        return -1;
    /* The newest first: a later transaction was made on top of an earlier one. */
    for (size_t i = all.count; i > 0; i--)
        if (settle(run, &all.items[i - 1], err) < 0) {
            run->report.result = err->status == STATUS_STUCK ? "stuck" : "failed";
            return -1;
        }
    return 0;
}

static struct journal *find(struct journals *all, long seq)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].seq == seq)
            return &all->items[i];
    return NULL;
}

static int restore(struct run *run, struct journal *journal, struct err *err)
{
    if (journal_read(run->mem, journal, err) < 0 || undo_all(run->mem, journal, true, err) < 0)
        return -1;
    talk_info(&run->talk, "transaction %ld: the old content is back", journal->seq);
    run->report.result = "rolled-back";
    return 0;
}

static int keep(struct run *run, struct journal *journal, struct err *err)
{
    struct err unread = {.mem = run->mem};
    if (journal_read(run->mem, journal, &unread) == 0)
        undo_remove_temps(run->mem, journal, false);
    if (journal_move(run->mem, journal, TXN_DONE, err) < 0)
        return -1;
    talk_info(&run->talk, "transaction %ld is closed; every file was left as it is", journal->seq);
    run->report.result = "applied";
    return 0;
}

int recover_command(struct run *run, struct err *err)
{
    struct journals all;
    if (!run->cli.restore && !run->cli.keep) {
        if (transact_begin(run, err) < 0)
            return -1;
        run->report.result = "unchanged";
        if (!run->talk.json)
            (void)puts("Nothing is left to recover.");
        return 0;
    }
    struct err stuck = {.mem = run->mem};
    if (transact_begin(run, &stuck) < 0 && stuck.status != STATUS_STUCK) {
        *err = stuck;
        return -1;
    }
    if (journal_list(run->mem, run->world.state_dir, &all, err) < 0)
        return -1;
    struct journal *journal = find(&all, run->cli.seq);
    if (journal == NULL || journal->phase != TXN_STUCK)
        return err_set(err, STATUS_USAGE, "there is no stuck transaction %ld; see tfhook history",
                       run->cli.seq);
    run->report.transaction = journal->seq;
    return run->cli.restore ? restore(run, journal, err) : keep(run, journal, err);
}

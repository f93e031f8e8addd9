/*
 * What a run that died has left, and what is done. The targets and the names beside them are told
 * in transaction.c.
 *
 *     phase   journal.json     targets           what is done
 *     prep    -, or only .new  old               undone: nothing else was written
 *     prep    can be read      old               what lies beside them is removed; undone
 *     prep    cannot be read   old               it stays, as what lies beside them is not known
 *     open    can be read      old and new       undo.c puts the new ones back; undone
 *     open    can be read      one is foreign    undo.c puts the new ones back; stuck
 *     open    cannot be read   not known         stuck
 *     stuck   any              any               as open
 *     done, undone, gone                         nothing; journal_prune() removes what is gone
 *
 * A person may say of one that is not settled: --restore, as open, but a foreign target is kept as
 * a conflict copy and put back too; --keep, the names beside the targets go, the targets stay, and
 * the phase is done (undone when no target was touched, or the journal cannot be read).
 */
#include "recovery.h"

#include "cleanup.h"
#include "file.h"
#include "undo.h"

#include <errno.h>

/* The journal is there, whole, before anything else is written: did that point come? */
static bool had_journal(struct recovery *recovery, const struct journal *journal)
{
    struct names names = {0};
    int rc = file_list(recovery->mem, journal->dir, &names);
    if (rc < 0)
        return rc != -ENOTDIR;
    return names.count > (names_have(&names, "journal.json.new") ? 1 : 0);
}

/* No target was touched yet. While something beside the targets cannot be removed, the transaction
 * stays as it is, and the next run tries again. */
static int settle_prep(struct recovery *recovery, struct journal *journal, struct err *err)
{
    struct err why = {.mem = recovery->mem};
    bool readable = journal_read(recovery->mem, journal, &why) == 0;
    if (!readable && had_journal(recovery, journal))
        return err_set(
            err, STATUS_STUCK,
            "transaction %ld has touched no file yet, but temporary ones (.tfhook-*) may "
            "lie beside those that it was to change, and which these are is not known: "
            "%s; `tfhook recover --keep %ld` closes it",
            journal->seq, why.text, journal->seq);
    if (readable && cleanup_all(journal, true, &why) < 0)
        return err_set(err, STATUS_STUCK,
                       "transaction %ld has touched no file yet, but what it has laid beside them "
                       "cannot be removed: %s; mend that and run `tfhook recover`, or `tfhook "
                       "recover --keep %ld` leaves it there",
                       journal->seq, why.text, journal->seq);
    if (journal_move(recovery->mem, journal, TXN_UNDONE, err) < 0)
        return -1;
    log_warn(recovery->log,
             "transaction %ld was interrupted before it changed anything; cleaned up",
             journal->seq);
    conflict_copy_report(recovery->mem, recovery->log, journal);
    return 0;
}

/* What was put back is reported by the caller as changes too. */
static int undo_open(struct recovery *recovery, struct journal *journal, bool force,
                     struct err *err)
{
    struct change_set *undone = recovery->undone;
    if (undo_all(journal, force, err) < 0)
        return -1;
    if (force)
        log_info(recovery->log, "transaction %ld: the old content is back", journal->seq);
    else
        log_warn(recovery->log, "transaction %ld was interrupted; its changes were undone: %s",
                 journal->seq, journal_paths(recovery->mem, journal));
    conflict_copy_report(recovery->mem, recovery->log, journal);
    if (undone == NULL)
        return 0;
    recovery->seq = journal->seq;
    for (size_t i = 0; i < journal->count; i++) {
        struct change *back = mem_push(recovery->mem, undone->items, undone->count);
        *back = change_inverse(&journal->entries[i].change);
        back->action = journal->entries[i].change.action;
    }
    return 0;
}

/* Without its journal it is not known what a transaction has done. It is read again after the phase
 * has changed, for the message must name the journal where it is then; and that may succeed. */
static int settle_open(struct recovery *recovery, struct journal *journal, struct err *err)
{
    struct err why = {.mem = recovery->mem};
    if (journal_read(recovery->mem, journal, &why) == 0)
        return undo_open(recovery, journal, false, err);
    why.text = NULL;
    if (journal_move(recovery->mem, journal, TXN_STUCK, &why) < 0)
        return err_set(err, STATUS_STUCK,
                       "transaction %ld is stuck: its journal cannot be read; %s", journal->seq,
                       why.text);
    if (journal_read(recovery->mem, journal, &why) == 0)
        return undo_open(recovery, journal, false, err);
    return err_set(err, STATUS_STUCK,
                   "transaction %ld is stuck: %s; the old content of what it changed is beside the "
                   "journal; look for temporary files (.tfhook-*) too; when the files are right, "
                   "`tfhook recover --keep %ld` closes it",
                   journal->seq, why.text, journal->seq);
}

static bool is_settled(const struct journal *journal)
{
    return journal->phase == TXN_DONE || journal->phase == TXN_UNDONE || journal->phase == TXN_GONE;
}

/* A phase changes by one rename, so a number is there twice only if a disk or a person made it so.
 * Which of the two is true, a person must say. */
static int refuse_twins(const struct journals *all, struct err *err)
{
    for (size_t i = 1; i < all->count; i++) {
        const struct journal *one = &all->items[i - 1];
        const struct journal *other = &all->items[i];
        if (one->seq == other->seq && !(is_settled(one) && is_settled(other)))
            return err_set(err, STATUS_STUCK,
                           "transaction %ld is there twice, as %s and as %s: move the one that is "
                           "not true elsewhere, and run tfhook recover",
                           one->seq, one->dir, other->dir);
    }
    return 0;
}

/* A run that was killed between the rename of its commit and the sync has left a phase that a power
 * loss may take back. It is synced first: what is told from here on must stay true. */
static int list_transactions(struct recovery *recovery, struct journals *ret, struct err *err)
{
    const char *path = mem_printf(recovery->mem, "%s/transactions", recovery->state_dir);
    if (journal_list(recovery->mem, recovery->state_dir, ret, err) < 0)
        return -1;
    int rc = file_sync_directory(path);
    return rc < 0 && rc != -ENOENT ? err_errno(err, STATUS_FAILED, -rc, "cannot sync %s", path)
                                   : refuse_twins(ret, err);
}

int recovery_settle_all(struct recovery *recovery, struct err *err)
{
    struct journals all;
    if (list_transactions(recovery, &all, err) < 0)
        return -1;
    /* The newest first: a later transaction was made on top of an earlier one. */
    for (size_t i = all.count; i > 0; i--) {
        struct journal *journal = &all.items[i - 1];
        int rc = 0;
        if (journal->phase == TXN_PREP)
            rc = settle_prep(recovery, journal, err);
        else if (!is_settled(journal))
            rc = settle_open(recovery, journal, err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

void recovery_warn(struct mem *mem, const struct log *log, const char *state_dir)
{
    struct journals all;
    struct err ignored = {.mem = mem};
    if (journal_list(mem, state_dir, &all, &ignored) < 0)
        return;
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].phase == TXN_OPEN || all.items[i].phase == TXN_STUCK)
            log_warn(log, "transaction %ld is %s; run tfhook recover", all.items[i].seq,
                     all.items[i].phase == TXN_STUCK ? "stuck" : "not finished, or still running");
}

/* The one named, as a person says; nothing else is settled before. */
static struct journal *find_unsettled(struct recovery *recovery, long seq, struct err *err)
{
    struct journals all;
    if (list_transactions(recovery, &all, err) < 0)
        return NULL;
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].seq == seq && !is_settled(&all.items[i]))
            return &all.items[i];
    (void)err_set(err, STATUS_USAGE,
                  "transaction %ld is not interrupted or stuck; see tfhook history", seq);
    return NULL;
}

int recovery_restore(struct recovery *recovery, long seq, struct err *err)
{
    struct journal *journal = find_unsettled(recovery, seq, err);
    if (journal == NULL)
        return -1;
    if (journal->phase == TXN_PREP)
        return settle_prep(recovery, journal, err);
    if (journal_read(recovery->mem, journal, err) < 0) {
        err->status = STATUS_STUCK;
        return -1;
    }
    return undo_open(recovery, journal, true, err);
}

int recovery_keep(struct recovery *recovery, long seq, bool *ret_applied, struct err *err)
{
    struct err why = {.mem = recovery->mem};
    struct journal *journal = find_unsettled(recovery, seq, err);
    if (journal == NULL)
        return -1;
    bool readable = journal_read(recovery->mem, journal, &why) == 0;
    /* Without a journal there is nothing that could be rolled back later. */
    bool applied = readable && journal->phase != TXN_PREP;
    if (readable && cleanup_all(journal, !applied, &why) < 0)
        log_warn(recovery->log, "transaction %ld: what it has laid beside its files stays: %s", seq,
                 why.text);
    if (journal_move(recovery->mem, journal, applied ? TXN_DONE : TXN_UNDONE, err) < 0)
        return -1;
    log_info(recovery->log, "transaction %ld is closed; every file was left as it is", seq);
    conflict_copy_report(recovery->mem, recovery->log, journal);
    *ret_applied = applied;
    return 0;
}

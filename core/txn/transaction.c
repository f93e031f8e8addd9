/*
 * The names on the disk for a file that is written or edited, as the transaction moves on. Each
 * line is one step, and a run can die between any two. "-": not there. The second name is a hard
 * link to the old file, where the file system has such.
 *
 *     phase   target    temp   second name   by
 *     prep    old       -      -             txn_begin: the journal and the backup are written
 *     prep    old       new    old           txn_begin: content written, old file linked
 *     open    old       new    old           txn_apply: the phase
 *     open    new       -      old           txn_apply: replaced, if it was still old
 *     open    new       -      -             txn_commit: if it was still new, or edited by others
 *                                            too and has our lines
 *     done    new       -      -             txn_commit: copies of edited files are gone too
 *
 *     open    foreign   any    old           at either "if": all is undone
 *     open    new       -      late          a write into the old file at txn_commit: all is undone
 *
 * A new file has no second name and no backup: the temp file is linked to its place, then removed.
 * A file to be removed has a backup, but no temp file and no second name. A directory is made in
 * prep, or removed in open, when it is empty.
 *
 * What an undo does in each of these is told in undo.c, what a later run does in recovery.c.
 */
#include "transaction.h"

#include "cleanup.h"
#include "clock.h"
#include "file.h"
#include "interrupt.h"
#include "target_directory.h"
#include "undo.h"

#include <errno.h>

/* No target was touched: what was written beside them is removed again. */
static void abandon_prepared(struct txn *txn)
{
    struct err why = {.mem = txn->mem};
    if (txn->journal.dir == NULL)
        return;
    if (cleanup_all(&txn->journal, true, &why) < 0)
        log_warn(txn->log, "a temporary file cannot be removed: %s; the next run tries again",
                 why.text);
    else if (journal_move(txn->mem, &txn->journal, TXN_UNDONE, &why) < 0)
        log_warn(txn->log, "%s", why.text);
    conflict_copy_report(txn->mem, txn->log, &txn->journal);
}

int txn_begin(struct txn *txn, const struct change_set *changes, struct err *err)
{
    txn->journal.host = txn->environment->hostname;
    txn->journal.started = clock_utc_text(txn->mem, txn->environment->now);
    int rc = prepare(txn, changes, err);
    /* now on disk: phase = prep, target = old, temp = new, second name = old */
    if (rc == 0 && interrupt_pending)
        rc = err_set(err, STATUS_FAILED, "interrupted; nothing was changed");
    if (rc < 0)
        abandon_prepared(txn);
    return rc;
}

/* Content, owner and mode, right before it is replaced. */
static int check_again(struct txn *txn, const struct entry *entry, struct err *err)
{
    const struct change *change = &entry->change;
    struct stat st;
    int state = undo_entry_state(txn->mem, entry, ENTRY_OLD);
    int rc = state == ENTRY_OLD && change->existed ? file_stat(change->real, &st) : 0;
    if (state < 0 || (rc < 0 && rc != -ENOENT))
        return entry_result(err, state < 0 ? state : rc, entry, "read");
    bool same = state == ENTRY_OLD && rc == 0 &&
                (!change->existed || entry_had_access(entry, &st, change->old_mode));
    return same ? 0
                : err_set(err, STATUS_FAILED, "%s changes while tfhook works; run tfhook again",
                          change->real);
}

/* A target that was not there is linked into place, which fails where one appears meanwhile, as a
 * rename does not; where there are no links, a rename must do. */
static int put_in_place(const struct entry *entry)
{
    if (entry->change.existed)
        return file_rename(entry->temp, entry->change.real);
    int rc = file_link(entry->temp, entry->change.real);
    /* now on disk: target = new, temp = the same file */
    if (rc == 0)
        return file_remove(entry->temp);
    return rc == -EEXIST ? rc : file_rename(entry->temp, entry->change.real);
}

static int remove_directory(struct txn *txn, const struct entry *entry, struct err *err)
{
    struct stat st;
    int rc = file_remove_directory(entry->change.real);
    if (rc == 0 && file_stat(entry->change.real, &st) == 0)
        log_warn(txn->log, "%s is not empty, so it stays", entry->change.real);
    return entry_result(err, rc, entry, "remove the directory");
}

static int apply_entry(struct txn *txn, const struct entry *entry, struct err *err)
{
    const struct change *change = &entry->change;
    if (change->action == ACTION_DIRECTORY)
        return 0; /* made in prep: a new empty directory changes nothing that was there */
    const char *moved = target_directory_moved(txn->mem, entry);
    if (moved != NULL)
        return err_set(err, STATUS_FAILED, "%s: %s; run tfhook again", change->real, moved);
    if (change->action == ACTION_REMOVE_DIRECTORY)
        return remove_directory(txn, entry, err);
    if (check_again(txn, entry, err) < 0)
        return -1;
    if (change->action == ACTION_REMOVE)
        return entry_result(err, file_remove(change->real), entry, "remove");
    int rc = put_in_place(entry);
    /* now on disk: phase = open, target = new, temp = -, second name = old */
    return entry_result(err, rc, entry, change->existed ? "replace" : "make");
}

static int apply_all(struct txn *txn, struct err *err)
{
    const struct journal *journal = &txn->journal;
    for (size_t i = 0; i < journal->count; i++)
        if (apply_entry(txn, &journal->entries[i], err) < 0)
            return -1;
    const char *path = NULL;
    int rc = target_directories_sync(txn->mem, journal, &path);
    return err_errno(err, STATUS_FAILED, -rc, "cannot sync the directory of %s", path);
}

int txn_apply(struct txn *txn, struct err *err)
{
    if (journal_move(txn->mem, &txn->journal, TXN_OPEN, err) < 0) {
        abandon_prepared(txn);
        return -1;
    }
    /* now on disk: phase = open, target = old, temp = new, second name = old */
    return apply_all(txn, err) == 0 ? 0 : txn_undo(txn, err);
}

int txn_undo(struct txn *txn, struct err *err)
{
    struct err why = {.mem = txn->mem};
    int rc = undo_all(&txn->journal, false, &why);
    if (rc < 0 && why.status == STATUS_STUCK) {
        *err = (struct err){txn->mem, STATUS_STUCK,
                            mem_printf(txn->mem, "%s; and %s", err->text, why.text)};
    } else {
        if (rc < 0)
            log_warn(txn->log,
                     "all is as it was before, but transaction %ld is not closed: %s; the next "
                     "run closes it",
                     txn->journal.seq, why.text);
        err->text = mem_printf(txn->mem, "%s; everything was rolled back", err->text);
    }
    conflict_copy_report(txn->mem, txn->log, &txn->journal);
    return -1;
}

/* Our lines can be found in a file that others have changed. */
static bool has_our_lines(struct txn *txn, const struct entry *entry)
{
    const struct change *change = &entry->change;
    struct blob content, without;
    struct edits undone;
    const char *why = NULL;
    return change->action == ACTION_EDIT &&
           file_read(txn->mem, change->real, FILE_LIMIT, &content) == 0 &&
           edits_undo(txn->mem, &change->edits, &content, &without, &undone, &why) == 0 &&
           undone.count == change->edits.count;
}

/* What is called done is there. */
static int check_made(struct txn *txn, const struct entry *entry, struct err *err)
{
    if (entry_is_directory(entry))
        return 0;
    int state = undo_entry_state(txn->mem, entry, ENTRY_NEW);
    if (state < 0)
        return entry_result(err, state, entry, "read");
    return state == ENTRY_NEW || has_our_lines(txn, entry)
               ? 0
               : err_set(err, STATUS_FAILED, "%s was changed by something else while tfhook worked",
                         entry->change.real);
}

/* The commit's rename was made, and its sync failed: what the disk will remember is not known, and
 * a word of success could turn out false. So it is taken back, to be undone; when that cannot be
 * synced either, it stays as it is, and a person is needed. */
static int reopen_commit(struct txn *txn, struct err *err)
{
    struct err again = {.mem = txn->mem};
    if (journal_move(txn->mem, &txn->journal, TXN_OPEN, &again) == 0)
        return -1;
    *err = (struct err){
        txn->mem, STATUS_STUCK,
        mem_printf(txn->mem,
                   "transaction %ld: %s; its changes are made (%s), but whether the "
                   "disk remembers the commit is not known: mend the disk, then run "
                   "`tfhook recover`, which settles it, and `tfhook history`",
                   txn->journal.seq, err->text, journal_paths(txn->mem, &txn->journal))};
    return -1;
}

/* What lies beside the targets goes before the phase changes, so that nothing is left behind when
 * the run dies right after its commit. */
static int commit_all(struct txn *txn, struct err *err)
{
    struct err why = {.mem = txn->mem};
    const char *late = NULL;
    for (size_t i = 0; i < txn->journal.count; i++)
        if (check_made(txn, &txn->journal.entries[i], err) < 0)
            return -1;
    if (cleanup_links(&txn->journal, &late, &why) < 0)
        return err_set(err, STATUS_FAILED, "the second name of an old file cannot be removed: %s",
                       why.text);
    /* now on disk: phase = open, target = new, temp = -, second name = - */
    if (late != NULL)
        return err_set(err, STATUS_FAILED,
                       "%s was written to by something else, which had it open, while it was "
                       "replaced; run tfhook again",
                       late);
    if (cleanup_edit_backups(&txn->journal, &why) < 0)
        return err_set(err, STATUS_FAILED, "the copy of an edited file cannot be removed: %s",
                       why.text);
    if (journal_move(txn->mem, &txn->journal, TXN_DONE, err) < 0)
        return txn->journal.phase == TXN_DONE ? reopen_commit(txn, err) : -1;
    /* now on disk: phase = done, target = new, temp = -, second name = - */
    return 0;
}

int txn_commit(struct txn *txn, struct err *err)
{
    if (commit_all(txn, err) == 0)
        return 0;
    return err->status == STATUS_STUCK ? -1 : txn_undo(txn, err);
}

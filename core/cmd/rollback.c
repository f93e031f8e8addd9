/*
 * The command `rollback [SEQ]`: a committed transaction undone by a transaction of its own. Needs
 * no plugin. A whole file that was changed since is refused by name (--skip leaves it out); line
 * edits are undone as line edits in today's file.
 */
#include "commands.h"

#include "digest.h"
#include "file.h"
#include "recovery.h"
#include "target_directory.h"
#include "transaction.h"
#include "undo.h"

#include <string.h>

/* The one named; else the newest that is done, no rollback itself, and not yet rolled back. What a
 * rollback of a part left out was left out on purpose, so that counts too. One whose journal cannot
 * be read may be that: then it is chosen, and refused later, and none older is taken instead. */
static struct journal *choose_transaction(struct journals *all, long seq)
{
    for (size_t i = all->count; i > 0; i--) {
        struct journal *journal = &all->items[i - 1];
        bool newest = journal->phase == TXN_UNREADABLE ||
                      (journal->phase == TXN_DONE && journal->undoes == 0 &&
                       journal_next_rollback(all, journal->seq, NULL) == NULL);
        if (seq != 0 ? journal->seq == seq : newest)
            return journal;
    }
    return NULL;
}

/* One that cannot be read hinders no rollback of another. */
static int read_all(struct session *session, struct journals *all, struct err *err)
{
    if (journal_list(session->mem, session->environment.state_dir, all, err) < 0)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        struct err unread = {.mem = session->mem};
        if (all->items[i].phase != TXN_DONE ||
            journal_read(session->mem, &all->items[i], &unread) == 0)
            continue;
        log_warn(&session->log, "%s", unread.text);
        all->items[i].phase = TXN_UNREADABLE;
    }
    return 0;
}

/* What is so, and why: "" when that says it all. */
static int refuse_entry(struct session *session, const struct entry *entry, const char *what,
                        const char *why, struct err *err)
{
    const char *path = entry->change.path;
    return err_set(err, STATUS_FAILED, "%s %s%s; nothing was changed (leave it out with --skip %s)",
                   text_shown(session->mem, path), what, why, text_shell_word(session->mem, path));
}

/* An edit that others have undone already is no change. */
static int invert_edits(struct session *session, const struct entry *entry,
                        struct change_set *changes, struct err *err)
{
    struct change change = change_inverse(&entry->change);
    struct blob now;
    const char *why = NULL;
    int rc = file_read(session->mem, change.real, FILE_LIMIT, &now);
    if (rc < 0)
        return refuse_entry(session, entry, "cannot be read: ", strerror(-rc), err);
    change.undo = &entry->change.edits;
    if (edits_undo(session->mem, change.undo, &now, &change.content, &change.edits, &why) < 0)
        return refuse_entry(session, entry, "was changed since: ", why, err);
    change.old_sha256 = digest(session->mem, now.data, now.size);
    change.new_sha256 = digest(session->mem, change.content.data, change.content.size);
    if (change.edits.count > 0)
        *mem_push(session->mem, changes->items, changes->count) = change;
    return 0;
}

/* The old content. A mode that we set goes back; one that was set since stays. */
static int read_backup(struct session *session, const struct journal *journal,
                       const struct entry *entry, struct change *change, struct err *err)
{
    struct stat st;
    const char *backup = mem_printf(session->mem, "%s/%s", journal->dir, entry->backup);
    int rc = file_read(session->mem, backup, FILE_LIMIT, &change->content);
    if (rc < 0)
        return err_errno(err, STATUS_FAILED, -rc, "cannot read the backup %s", backup);
    const char *sha256 = digest(session->mem, change->content.data, change->content.size);
    if (strcmp(sha256, entry->change.old_sha256) != 0)
        return err_set(err, STATUS_FAILED, "the backup %s is not what was saved", backup);
    if (lstat(change->real, &st) < 0 || (int)(st.st_mode & 07777) == entry->change.mode)
        change->mode = entry->change.old_mode;
    change->like = backup;
    return 0;
}

static int invert_entry(struct session *session, const struct journal *journal,
                        const struct entry *entry, struct change_set *changes, struct err *err)
{
    struct change change = change_inverse(&entry->change);
    if (entry->change.action == ACTION_EDIT)
        return invert_edits(session, entry, changes, err);
    int state = undo_entry_state(session->mem, entry, ENTRY_NEW);
    if (state == ENTRY_OLD || (state < 0 && entry_is_directory(entry)))
        return 0;
    if (state < 0)
        return refuse_entry(session, entry, "cannot be read: ", strerror(-state), err);
    if (state == ENTRY_FOREIGN)
        return refuse_entry(session, entry, "was changed by something else since", "", err);
    if (change.action == ACTION_DIRECTORY)
        change.mode = entry->change.old_mode;
    if (change.action == ACTION_WRITE && read_backup(session, journal, entry, &change, err) < 0)
        return -1;
    *mem_push(session->mem, changes->items, changes->count) = change;
    return 0;
}

static int invert_all(struct session *session, const struct journal *journal,
                      struct change_set *changes, struct err *err)
{
    for (size_t i = journal->count; i > 0; i--) {
        const struct entry *entry = &journal->entries[i - 1];
        if (names_have(&session->cli.skip, entry->change.path))
            continue;
        const char *lost = target_directory_lost(session->mem, journal, entry);
        if (lost != NULL)
            return refuse_entry(session, entry, "cannot be rolled back: ", lost, err);
        if (invert_entry(session, journal, entry, changes, err) < 0)
            return -1;
    }
    return 0;
}

static int check_skips(const struct session *session, const struct journal *journal,
                       struct err *err)
{
    for (size_t i = 0; i < session->cli.skip.count; i++) {
        bool known = false;
        for (size_t k = 0; k < journal->count; k++)
            known |= strcmp(journal->entries[k].change.path, session->cli.skip.names[i]) == 0;
        if (!known)
            return err_set(err, STATUS_USAGE, "--skip %s: transaction %ld did not change it",
                           session->cli.skip.names[i], journal->seq);
    }
    return 0;
}

static int apply_inverse(struct session *session, const struct journal *journal,
                         const struct change_set *changes, struct err *err)
{
    struct txn txn = {session->mem,
                      &session->environment,
                      &session->log,
                      {.command = "rollback",
                       .user = session_user(session),
                       .undoes = journal->seq,
                       .partial = session->cli.skip.count > 0}};
    if (txn_begin(&txn, changes, err) < 0 || txn_apply(&txn, err) < 0)
        return -1;
    session->report.result = "rolled-back";
    if (txn_commit(&txn, err) < 0)
        return -1;
    session->report.transaction = txn.journal.seq;
    return 0;
}

static int run_rollback(struct session *session, const struct journal *journal, struct err *err)
{
    struct change_set changes = {.mem = session->mem};
    if (check_skips(session, journal, err) < 0 || invert_all(session, journal, &changes, err) < 0)
        return -1;
    session->report.changes = changes;
    session->report.result = changes.count > 0 && session->cli.plan_only ? "changes" : "unchanged";
    if (!session->cli.plan_only)
        consent_begin(session);
    report_say(session, "Rolling back transaction %ld (%s%s%s, %s, by %s).\n", journal->seq,
               journal->command, journal->hook != NULL ? " at " : "",
               journal->hook != NULL ? journal->hook : "", journal->started, journal->user);
    report_show_changes(session, &changes);
    if (session->cli.plan_only)
        return 0;
    session->report.result = "failed";
    if (!consent_ask(session, "Undo it?"))
        return err_set(err, STATUS_FAILED, "not confirmed; nothing was changed");
    if (apply_inverse(session, journal, &changes, err) < 0)
        return -1;
    names_add(session->mem, &session->report.next_steps,
              mem_printf(session->mem,
                         "restart or deploy again what was restarted or deployed after transaction "
                         "%ld: it may still work with what was undone",
                         journal->seq));
    report_say(session, "Transaction %ld is rolled back%s, by transaction %ld.\n", journal->seq,
               session->cli.skip.count > 0 ? " but for what was left out" : "",
               session->report.transaction);
    report_show_next_steps(session);
    return 0;
}

/* Takes the lock and settles what was interrupted. *ret_undone: the newest that was undone by it.
 */
static int begin_rollback(struct session *session, long *ret_undone, struct err *err)
{
    struct journals all;
    if ((!session->cli.plan_only && lock_session(session, err) < 0) ||
        journal_list(session->mem, session->environment.state_dir, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].phase == TXN_OPEN || all.items[i].phase == TXN_STUCK)
            *ret_undone = all.items[i].seq;
    if (!session->cli.plan_only)
        return recover_interrupted(session, &session->report.changes, err);
    recovery_warn(session->mem, &session->log, session->environment.state_dir);
    return 0;
}

/* A person who asks for a rollback of the newest means this one. It is undone by now, so nothing
 * else must be rolled back in its place. */
static void say_undone(struct session *session, long seq)
{
    bool plan = session->cli.plan_only;
    session->report.result = plan ? "changes" : "rolled-back";
    session->report.transaction = seq;
    report_say(session,
               "Transaction %ld %s. To roll back one before it, name it: tfhook rollback SEQ.\n",
               seq,
               plan ? "is the newest, and was interrupted: a rollback undoes it, and no other"
                    : "was the newest; it was interrupted, and is undone now");
}

int command_rollback(struct session *session, struct err *err)
{
    struct journals all;
    long undone = 0;
    if (begin_rollback(session, &undone, err) < 0)
        return -1;
    if (undone > 0 && session->cli.seq == 0) {
        say_undone(session, undone);
        return 0;
    }
    if (read_all(session, &all, err) < 0)
        return -1;
    struct journal *journal = choose_transaction(&all, session->cli.seq);
    if (journal == NULL && session->cli.seq == 0)
        return err_set(err, STATUS_FAILED,
                       "there is no committed transaction to roll back; see tfhook history");
    if (journal == NULL)
        return err_set(err, STATUS_USAGE, "there is no transaction %ld; see tfhook history",
                       session->cli.seq);
    if (journal->phase != TXN_DONE)
        return err_set(err, STATUS_FAILED,
                       "transaction %ld is %s; only a committed one can be rolled back",
                       journal->seq, txn_phase_names[journal->phase]);
    if (journal_is_undone(&all, journal->seq))
        return err_set(err, STATUS_FAILED, "transaction %ld is rolled back already", journal->seq);
    return run_rollback(session, journal, err);
}

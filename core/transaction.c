#include "transaction.h"

#include "child.h"
#include "prepare.h"
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failed(struct err *err, int rc, const struct entry *entry, const char *what)
{
    return err_errno(err, STATUS_FAILED, -rc, "cannot %s %s", what, entry->real);
}

/* Nothing was touched: what was written beside is taken away again. */
static void abandon(struct txn *txn)
{
    struct err ignored = {.mem = txn->mem};
    if (txn->journal.dir == NULL)
        return;
    int rc = undo_remove_all(txn->mem, &txn->journal, true);
    if (rc < 0)
        talk_warn(txn->talk, "temporary files could not be removed (%s); the next run tries again",
                  strerror(-rc));
    else if (journal_move(txn->mem, &txn->journal, TXN_UNDONE, &ignored) < 0)
        talk_warn(txn->talk, "%s", ignored.text);
}

/* What there is to do when memory is out. */
struct txn_rescue {
    const struct talk *talk;
    struct txn *txn; /* NULL: nothing is half done any more */
    long committed;  /* its number; 0: none */
};

static int undo_now(struct txn *txn, struct err *err)
{
    if (txn->journal.phase == TXN_PREP)
        abandon(txn);
    return txn->journal.phase == TXN_OPEN ? undo_all(txn->mem, &txn->journal, false, err) : 0;
}

static enum status rescue(void *context)
{
    struct txn_rescue *rescue = context;
    struct txn *txn = rescue->txn;
    if (txn != NULL && txn->journal.phase == TXN_DONE)
        rescue->committed = txn->journal.seq;
    if (rescue->committed > 0) {
        talk_error(
            rescue->talk,
            "transaction %ld is committed (`tfhook rollback %ld` is the way back); what came "
            "after it was given up",
            rescue->committed, rescue->committed);
        return STATUS_INTERNAL;
    }
    struct err err = {.mem = txn->mem};
    if (undo_now(txn, &err) < 0) {
        talk_error(rescue->talk, "%s", err.text);
        return STATUS_STUCK;
    }
    talk_error(rescue->talk,
               "everything is as it was before; free some memory, and run tfhook again");
    return STATUS_FAILED;
}

static void keep_rescue(struct txn *txn, const struct stage *stage)
{
    txn->rescue = mem_alloc(txn->mem, sizeof *txn->rescue);
    *txn->rescue = (struct txn_rescue){.talk = txn->talk, .txn = txn};
    mem_keep_rescue(prepare_rescue_size(stage), rescue, txn->rescue);
}

int txn_begin(struct mem *mem, const struct world *world, const struct talk *talk,
              const struct stage *stage, const struct txn_origin *origin, struct txn *ret,
              struct err *err)
{
    *ret = (struct txn){.mem = mem, .world = world, .talk = talk};
    ret->journal = (struct journal){.command = origin->command,
                                    .hook = origin->hook,
                                    .user = origin->user,
                                    .host = world->hostname,
                                    .started = world_time(mem, world->now),
                                    .undoes = origin->undoes,
                                    .partial = origin->partial};
    keep_rescue(ret, stage);
    int rc = prepare(ret, stage, err);
    if (rc == 0 && child_interrupted)
        rc = err_set(err, STATUS_FAILED, "interrupted; nothing was changed");
    if (rc < 0) {
        abandon(ret);
        mem_forget_rescue();
    }
    return rc;
}

static int apply_entry(struct txn *txn, const struct entry *entry, struct err *err)
{
    if (entry->action == ACTION_DIRECTORY)
        return 0; /* made in prep: a new empty directory changes nothing that was there */
    if (entry->action == ACTION_REMOVE_DIRECTORY) {
        int rc = file_remove_directory(entry->real);
        if (rc < 0)
            return failed(err, rc, entry, "remove the directory");
        if (access(entry->real, F_OK) == 0)
            talk_warn(txn->talk, "%s is not empty, so it stays", entry->real);
        return 0;
    }
    int state = undo_entry_state(txn->mem, entry, ENTRY_OLD);
    if (state < 0)
        return failed(err, state, entry, "read");
    if (state != ENTRY_OLD)
        return err_set(err, STATUS_FAILED, "%s changes while tfhook works; run tfhook again",
                       entry->real);
    if (entry->action == ACTION_REMOVE)
        return unlink(entry->real) < 0 ? failed(err, -errno, entry, "remove") : 0;
    return rename(entry->temp, entry->real) < 0 ? failed(err, -errno, entry, "replace") : 0;
}

static int apply_all(struct txn *txn, struct err *err)
{
    const struct journal *journal = &txn->journal;
    for (size_t i = 0; i < journal->count; i++)
        if (apply_entry(txn, &journal->entries[i], err) < 0)
            return -1;
    const char *path = NULL;
    int rc = undo_sync_directories(txn->mem, journal, &path);
    return rc == 0 ? 0
                   : err_errno(err, STATUS_FAILED, -rc, "cannot sync the directory of %s", path);
}

int txn_apply(struct txn *txn, struct err *err)
{
    if (journal_move(txn->mem, &txn->journal, TXN_OPEN, err) < 0) {
        abandon(txn);
        mem_forget_rescue();
        return -1;
    }
    if (apply_all(txn, err) == 0)
        return 0;
    struct err undo_err = {.mem = txn->mem};
    if (txn_undo(txn, &undo_err) < 0)
        *err = (struct err){txn->mem, STATUS_STUCK,
                            mem_printf(txn->mem, "%s; and %s", err->text, undo_err.text)};
    return -1;
}

int txn_undo(struct txn *txn, struct err *err)
{
    int rc = undo_all(txn->mem, &txn->journal, false, err);
    mem_forget_rescue();
    return rc;
}

int txn_commit(struct txn *txn, struct err *err)
{
    /* Before the commit, so that a committed transaction has left nothing behind. An undo from here
     * on goes by the backups. */
    int rc = undo_remove_links(txn->mem, &txn->journal);
    if (rc < 0)
        return err_errno(err, STATUS_FAILED, -rc,
                         "cannot remove the second names of the old files");
    if (journal_move(txn->mem, &txn->journal, TXN_DONE, err) < 0) {
        if (txn->journal.phase != TXN_DONE)
            return -1;
        /* It is committed; only how long the disk remembers that is in doubt. */
        talk_warn(txn->talk, "%s", err->text);
        *err = (struct err){.mem = txn->mem};
    }
    *txn->rescue = (struct txn_rescue){.talk = txn->talk, .committed = txn->journal.seq};
    return 0;
}

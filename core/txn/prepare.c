/*
 * The first part of a transaction: all that can fail for want of space, rights or quota, before any
 * target is touched.
 *
 * On the disk, in this order: the directory SEQ.prep with the journal, and then, file by file, the
 * backup in that directory, the new content beside the target (.tfhook-...), and a second name of
 * the old file beside it. All of it is synced but for the names beside the targets: an undo does
 * not need those of them that a loss of power takes away.
 */
#include "transaction.h"

#include "descriptors.h"
#include "digest.h"
#include "file.h"
#include "path_walk.h"
#include "target_directory.h"

#include <errno.h>
#include <string.h>

/* The target must be there, or not be there, as the step saw it. */
static int look_at_target(struct entry *entry, struct stat *ret, struct err *err)
{
    struct change *change = &entry->change;
    bool expected = change->existed && change->action != ACTION_DIRECTORY;
    int rc = file_stat(change->real, ret);
    if (rc < 0 && rc != -ENOENT)
        return entry_result(err, rc, entry, "look at");
    if ((rc == 0) != expected)
        return err_set(err, STATUS_FAILED, "%s %s since the plan was made; run tfhook again",
                       change->real, rc == 0 ? "has appeared" : "is gone");
    if (rc == 0) {
        change->old_mode = (int)(ret->st_mode & 07777);
        entry->old_uid = ret->st_uid;
        entry->old_gid = ret->st_gid;
    }
    return 0;
}

static int read_old(struct mem *mem, struct entry *entry, const struct stat *st, struct err *err)
{
    struct change *change = &entry->change;
    if (!S_ISREG(st->st_mode))
        return err_set(err, STATUS_FAILED, "%s is not a regular file", change->real);
    if (st->st_nlink > 1)
        return err_set(err, STATUS_FAILED,
                       "%s has %ju hard links; replacing it would part it from the others: make it "
                       "a file of its own first",
                       change->real, (uintmax_t)st->st_nlink);
    int rc = file_read(mem, change->real, FILE_LIMIT, &entry->old);
    if (rc < 0)
        return entry_result(err, rc, entry, "read");
    const char *sha256 = digest(mem, entry->old.data, entry->old.size);
    if (change->action != ACTION_EDIT && strcmp(sha256, change->old_sha256) != 0)
        return err_set(err, STATUS_FAILED,
                       "%s has changed since the plan was made; run tfhook again", change->real);
    change->old_sha256 = sha256;
    return 0;
}

/* Line edits apply to the file as it is now, which may be newer than the plan. From here on the
 * change has the edits with the places where they are made. */
static int edit_current(struct mem *mem, struct entry *entry, struct err *err)
{
    struct change *change = &entry->change;
    const struct blob *old = &entry->old;
    const char *why = NULL;
    struct edits made;
    int rc = change->undo != NULL
                 ? edits_undo(mem, change->undo, old, &change->content, &made, &why)
                 : edits_apply(mem, &change->edits, old, &change->content, &made, &why);
    if (rc < 0)
        return err_set(err, STATUS_FAILED, "%s has changed since the plan was made: %s",
                       change->real, why);
    change->edits = made;
    change->new_sha256 = digest(mem, change->content.data, change->content.size);
    return 0;
}

/* The directory above will have to be synced, for which it must be opened. One that may be written
 * and not read would fail only after the renames, and again in their undo. One that is not there is
 * still to be made. */
static int check_parent(struct mem *mem, const struct entry *entry, struct err *err)
{
    const char *moved = target_directory_moved(mem, entry);
    if (moved != NULL)
        return err_set(err, STATUS_FAILED, "%s: %s; run tfhook again", entry->change.real, moved);
    const char *parent = file_parent(mem, entry->change.real);
    int fd = open_directory_nofollow(parent);
    int rc = fd < 0 && fd != -ENOENT ? fd : 0;
    descriptor_close(&fd);
    return err_errno(err, STATUS_FAILED, -rc, "cannot read the directory %s, to sync it", parent);
}

/* An entry whose change is as it was planned is checked against the disk and filled in. The target
 * is read once, so that what was checked is what is saved. */
static int fill_entry(struct mem *mem, struct entry *entry, size_t index, struct err *err)
{
    struct change *change = &entry->change;
    struct stat st;
    if (check_parent(mem, entry, err) < 0 || look_at_target(entry, &st, err) < 0)
        return -1;
    if (change->action != ACTION_DIRECTORY)
        entry->temp = file_temp_name(mem, change->real);
    if (entry_is_directory(entry))
        return 0;
    if (change->existed) {
        if (read_old(mem, entry, &st, err) < 0)
            return -1;
        entry->backup = mem_printf(mem, "%zu.old", index);
        /* What is removed frees the space that its undo needs, and its directory may go too. */
        if (change->action != ACTION_REMOVE)
            entry->link = file_temp_name(mem, change->real);
    }
    return change->action == ACTION_EDIT ? edit_current(mem, entry, err) : 0;
}

static int write_backup(struct txn *txn, const struct entry *entry, struct err *err)
{
    if (entry->backup == NULL)
        return 0;
    const char *path = mem_printf(txn->mem, "%s/%s", txn->journal.dir, entry->backup);
    bool secret = entry->change.secret || entry->change.action == ACTION_EDIT;
    int rc = file_create(path, &entry->old, secret ? 0600 : -1, entry->change.real);
    return err_errno(err, STATUS_FAILED, -rc, "cannot back %s up to %s", entry->change.real, path);
}

/* What is new: a directory at its place, a file's content beside it. */
static int write_new(const struct entry *entry, struct err *err)
{
    const struct change *change = &entry->change;
    if (change->action == ACTION_DIRECTORY)
        return entry_result(err, file_create_directory(change->real, (unsigned)change->mode, NULL),
                            entry, "make the directory");
    if (change->action != ACTION_WRITE && change->action != ACTION_EDIT)
        return 0;
    const char *like = change->existed ? change->real : change->like;
    int mode = change->mode >= 0 || like != NULL ? change->mode : change->secret ? 0600 : 0644;
    int rc = file_create(entry->temp, &change->content, mode, like);
    return err_errno(err, STATUS_FAILED, -rc, "cannot write beside %s (as %s)", change->real,
                     entry->temp);
}

/* The old file keeps a second name until the commit: undoing is then a rename, which needs no space
 * and gives back the very file. Where there are no hard links, the backup must do. */
static int link_old(const struct entry *entry, struct err *err)
{
    static const int no_links[] = {EPERM, EMLINK, EXDEV, EOPNOTSUPP, ENOSYS};
    int rc = entry->link == NULL ? 0 : file_link(entry->change.real, entry->link);
    for (size_t i = 0; i < sizeof no_links / sizeof *no_links; i++)
        if (rc == -no_links[i])
            return 0;
    return entry_result(err, rc, entry, "link");
}

static int make_dir(const char *path, struct err *err)
{
    return err_errno(err, STATUS_FAILED, -file_make_directory(path, 0700), "cannot make %s", path);
}

static int sync_directory(const char *path, struct err *err)
{
    return err_errno(err, STATUS_FAILED, -file_sync_directory(path), "cannot sync %s", path);
}

/* A plugin's notes lie in a folder that is the core's to make. It is synced also when it is there:
 * the run that made it may have been killed before its sync. */
static int make_notes_dir(struct txn *txn, const struct change *change, struct err *err)
{
    const char *notes = mem_printf(txn->mem, "%s/notes", txn->environment->state_dir);
    size_t length = strlen(notes);
    if (strncmp(change->real, notes, length) != 0 || change->real[length] != '/' || change->existed)
        return 0;
    if (make_dir(notes, err) < 0 || make_dir(file_parent(txn->mem, change->real), err) < 0)
        return -1;
    return sync_directory(notes, err);
}

static int make_transaction_dir(struct txn *txn, struct err *err)
{
    struct journals all;
    const char *state_dir = txn->environment->state_dir;
    if (make_dir(mem_printf(txn->mem, "%s/transactions", state_dir), err) < 0 ||
        journal_list(txn->mem, state_dir, &all, err) < 0)
        return -1;
    txn->journal.seq = all.count == 0 ? 1 : all.items[all.count - 1].seq + 1;
    if (txn->journal.seq > JOURNAL_SEQ_MAX)
        return err_set(err, STATUS_FAILED,
                       "%s/transactions holds number %ld, the greatest there is: move that folder "
                       "elsewhere, which gives up the ways back, to begin anew",
                       state_dir, JOURNAL_SEQ_MAX);
    const char *dir = journal_dir(txn->mem, state_dir, txn->journal.seq, TXN_PREP);
    if (mkdir(dir, 0700) < 0)
        return err_errno(err, STATUS_FAILED, errno, "cannot make %s", dir);
    txn->journal.dir = dir;
    return 0;
}

int prepare(struct txn *txn, const struct change_set *changes, struct err *err)
{
    struct journal *journal = &txn->journal;
    for (size_t i = 0; i < changes->count; i++) {
        struct entry *entry = mem_push(txn->mem, journal->entries, journal->count);
        entry->change = changes->items[i];
        if (fill_entry(txn->mem, entry, i, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < changes->count; i++)
        if (make_notes_dir(txn, &changes->items[i], err) < 0)
            return -1;
    /* With every directory above: a run that made one may have been killed before its sync. */
    if (make_transaction_dir(txn, err) < 0 || journal_write(txn->mem, journal, err) < 0 ||
        err_errno(err, STATUS_FAILED, -file_sync_ancestors(journal->dir),
                  "cannot sync a directory above %s", journal->dir) < 0)
        return -1;
    /* now on disk, and synced: phase = prep, the journal, which names every temp file to come */
    for (size_t i = 0; i < changes->count; i++) {
        const struct entry *entry = &journal->entries[i];
        if (write_backup(txn, entry, err) < 0 || write_new(entry, err) < 0 ||
            link_old(entry, err) < 0)
            return -1;
        /* now on disk: target = old, temp = new, second name = old; the two names are not synced */
    }
    return sync_directory(journal->dir, err);
}

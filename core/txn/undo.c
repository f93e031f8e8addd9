/*
 * One entry's target and the names beside it, as the disk shows them when an undo begins, and what
 * is done. The phase is `open`, or `stuck` when an earlier undo could not do all; nothing here
 * looks at the phase. "-": not there.
 *
 *     a file that was written or edited; the second name is the old file's
 *     target    temp         second name
 *     any       any          the target's    never replaced: only the names beside it go
 *     old       any          -               the same; or undone by an undo that died
 *     new       -, or old    old             the second name is renamed over it
 *     new       -, or old    -, or not old   edited: our lines are undone in it; else the backup is
 *                                            written as temp and renamed over it
 *     foreign   new          any             never replaced; what somebody else has written stays
 *     foreign   -, or old    any             edited: our lines are undone in it; else stuck
 *
 *     Where only the mode is changed, old and new content are one: then the target counts as new.
 *
 *     a file that was new, so there is no second name
 *     -         any                          nothing
 *     new       -, or new                    removed
 *     foreign   new                          never made; what somebody else has made stays
 *     foreign   -                            stuck
 *
 *     a file that was removed, so there is no second name
 *     old       -, or old                    nothing
 *     -         -, or old                    the backup is written as temp and renamed to it
 *     foreign   -, or old                    stuck
 *
 * Then, when nothing is stuck: second names and temp files gone, all directories synced, copies of
 * edited files gone, and the phase is `undone`. With `force` (recover --restore) a foreign target
 * is no reason to be stuck: it is kept as a conflict copy, and the old content put back.
 *
 * Each step is one rename or unlink, and leads from one line of the table to another. So an undo
 * that dies is begun anew, and nothing must be synced before its end but a directory that is made
 * again.
 */
#include "undo.h"

#include "cleanup.h"
#include "digest.h"
#include "file.h"
#include "target_directory.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool same_digest(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int directory_state(const struct change *change)
{
    struct stat st;
    int rc = file_stat(change->real, &st);
    if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        return rc;
    return (rc == 0) == (change->action == ACTION_DIRECTORY) ? ENTRY_NEW : ENTRY_OLD;
}

int undo_entry_state(struct mem *mem, const struct entry *entry, enum entry_state alike)
{
    const struct change *change = &entry->change;
    if (entry_is_directory(entry))
        return directory_state(change);
    const char *now = NULL;
    int rc = file_digest(mem, change->real, FILE_LIMIT, &now);
    if (rc == -EISDIR || rc == -EINVAL || rc == -ELOOP || rc == -EFBIG)
        return ENTRY_FOREIGN;
    if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        return rc;
    const char *old = change->existed ? change->old_sha256 : NULL;
    const char *new = change->action == ACTION_REMOVE ? NULL : change->new_sha256;
    if (same_digest(now, old))
        return same_digest(old, new) ? (int)alike : ENTRY_OLD;
    return same_digest(now, new) ? ENTRY_NEW : ENTRY_FOREIGN;
}

/* The result of a call as a reason for a person. */
static int tell_errno(int rc, struct err *why)
{
    return rc < 0 ? err_set(why, STATUS_STUCK, "%s", strerror(-rc)) : 0;
}

/* The very old file comes back by its second name, if that still has the old content, and if nobody
 * has changed owner or mode of the new one meanwhile. */
static bool put_link_back(struct mem *mem, const struct entry *entry)
{
    const struct change *change = &entry->change;
    const char *old = NULL;
    struct stat st;
    if (entry->link == NULL || file_digest(mem, entry->link, FILE_LIMIT, &old) < 0 ||
        strcmp(old, change->old_sha256) != 0)
        return false;
    int mode = change->mode >= 0 ? change->mode : change->old_mode;
    if (file_stat(change->real, &st) == 0 && !entry_had_access(entry, &st, mode))
        return false;
    /* now on disk: target = old, temp = -, second name = - */
    return file_rename(entry->link, change->real) == 0;
}

/* What is there now, or the backup, lends owner and attributes. The temp file has the name that the
 * journal knows, so that whoever comes after a crash finds it. */
static int put_content(const struct entry *entry, const struct blob *content, int mode,
                       const char *like, struct err *why)
{
    int rc = file_create(entry->temp, content, mode, like);
    /* now on disk: target = as before, temp = old, synced */
    if (rc == 0)
        rc = file_rename(entry->temp, entry->change.real);
    /* now on disk: target = old, temp = -, second name = whatever it was */
    if (rc < 0)
        file_discard(entry->temp);
    return tell_errno(rc, why);
}

/* The reason names the backup without its directory, which is renamed when the transaction is
 * stuck. */
static int put_back(const struct journal *journal, const struct entry *entry, struct err *why)
{
    const struct change *change = &entry->change;
    if (!change->existed)
        return tell_errno(file_remove(change->real), why);
    if (put_link_back(why->mem, entry))
        return 0;
    const char *backup = mem_printf(why->mem, "%s/%s", journal->dir, entry->backup);
    struct blob content;
    int rc = file_read(why->mem, backup, FILE_LIMIT, &content);
    if (rc < 0)
        return err_set(why, STATUS_STUCK, "its backup %s cannot be read: %s", entry->backup,
                       strerror(-rc));
    if (strcmp(digest(why->mem, content.data, content.size), change->old_sha256) != 0)
        return err_set(why, STATUS_STUCK, "its backup %s is not what was saved", entry->backup);
    /* What is there lends owner, ACL and today's mode; a mode that we set goes back too. */
    struct stat st;
    if (file_stat(change->real, &st) < 0 || !S_ISREG(st.st_mode))
        return put_content(entry, &content, change->old_mode, backup, why);
    int mode = (int)(st.st_mode & 07777) == change->mode ? change->old_mode : -1;
    return put_content(entry, &content, mode, change->real, why);
}

static int undo_lines(const struct entry *entry, int state, struct err *why)
{
    const struct change *change = &entry->change;
    const char *conflict = NULL;
    struct blob content, after;
    struct edits made;
    int rc = file_read(why->mem, change->real, FILE_LIMIT, &content);
    if (rc < 0)
        return tell_errno(rc, why);
    if (edits_undo(why->mem, &change->edits, &content, &after, &made, &conflict) < 0)
        return err_set(why, STATUS_STUCK, "%s", conflict);
    if (state == ENTRY_NEW &&
        strcmp(digest(why->mem, after.data, after.size), change->old_sha256) != 0)
        return err_set(why, STATUS_STUCK, "undoing its lines does not give the old content");
    return made.count == 0 ? 0 : put_content(entry, &after, -1, change->real, why);
}

static int undo_file(const struct journal *journal, const struct entry *entry, int state,
                     bool force, struct err *why)
{
    struct stat st;
    bool edited = entry->change.action == ACTION_EDIT;
    if (state == ENTRY_FOREIGN && file_stat(entry->change.real, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(why, STATUS_STUCK,
                       "it is no regular file any more; move what is there away");
    if (!edited && state == ENTRY_NEW)
        return put_back(journal, entry, why);
    if (edited && state == ENTRY_NEW && put_link_back(why->mem, entry))
        return 0;
    if (edited && undo_lines(entry, state, why) == 0)
        return 0;
    /* For a conflict of lines the reason is there already, and stays. */
    if (!force || (edited && entry->backup == NULL))
        return err_set(why, STATUS_STUCK, "it was changed by something else since");
    /* Whoever forces it has today's content kept, and the old one put back whole. */
    why->text = NULL;
    int rc = conflict_copy_keep(why->mem, journal, entry, entry->change.real);
    return rc < 0 ? tell_errno(rc, why) : put_back(journal, entry, why);
}

static int undo_directory(const struct entry *entry, struct err *why)
{
    const struct change *change = &entry->change;
    /* One that is not empty stays: others use it by now. */
    if (change->action == ACTION_DIRECTORY)
        return tell_errno(file_remove_directory(change->real), why);
    /* Under another name until it is whole: one that is there is taken for the old one. */
    const struct file_owner owner = {entry->old_uid, entry->old_gid};
    int rc = file_create_directory(entry->temp, (unsigned)change->old_mode, &owner);
    if (rc == 0)
        rc = file_rename(entry->temp, change->real);
    /* Before a file is put into it: else a power loss could leave that below the other name. */
    if (rc == 0)
        rc = file_sync_parent(change->real);
    return tell_errno(rc, why);
}

/* The rename that replaces a target uses up the temp file. So while that is there with the new
 * content, and is not the target itself (a new file is linked to its place before the temp file is
 * removed), the target was never replaced, whatever it holds. The temp file of an undo has the old
 * content. While the second name is the target's too, it was not replaced either. */
static bool was_never_applied(struct mem *mem, const struct entry *entry)
{
    const struct change *change = &entry->change;
    const char *temp = NULL;
    if (change->action != ACTION_WRITE && change->action != ACTION_EDIT)
        return false;
    if (entry->link != NULL && file_is_one(entry->link, change->real))
        return true;
    return !same_digest(change->old_sha256, change->new_sha256) &&
           file_digest(mem, entry->temp, FILE_LIMIT, &temp) == 0 &&
           same_digest(temp, change->new_sha256) && !file_is_one(entry->temp, change->real);
}

static int undo_entry(const struct journal *journal, const struct entry *entry, bool force,
                      struct err *why)
{
    const char *lost = target_directory_lost(why->mem, journal, entry);
    if (lost != NULL)
        return err_set(why, STATUS_STUCK, "%s", lost);
    bool untouched = was_never_applied(why->mem, entry);
    /* Before the directory that it may lie in. */
    int rc = cleanup_temp(entry);
    if (rc < 0 || untouched)
        return tell_errno(rc, why);
    int state = undo_entry_state(why->mem, entry, ENTRY_NEW);
    if (state < 0)
        return tell_errno(state, why);
    if (state == ENTRY_OLD)
        return 0;
    return entry_is_directory(entry) ? undo_directory(entry, why)
                                     : undo_file(journal, entry, state, force, why);
}

/* What could not be undone, for a person; NULL when all was. */
static const char *undo_entries(struct mem *mem, const struct journal *journal, bool force)
{
    struct names stuck = {0};
    for (size_t i = journal->count; i > 0; i--) {
        const struct entry *entry = &journal->entries[i - 1];
        struct err why = {.mem = mem};
        if (undo_entry(journal, entry, force, &why) < 0)
            names_add(mem, &stuck,
                      mem_printf(mem, "%s (%s)", text_shown(mem, entry->change.path),
                                 text_shown(mem, why.text)));
    }
    if (stuck.count > 0)
        return names_join(mem, &stuck, "; ");
    /* now on disk: target = old, temp = -, second name = old or what was written late */
    struct err why = {.mem = mem};
    const char *late = NULL;
    if (cleanup_links(journal, &late, &why) < 0 || cleanup_edit_backups(journal, &why) < 0)
        return mem_printf(mem,
                          "all is as it was, but what was beside it cannot be removed for "
                          "good: %s",
                          why.text);
    /* now on disk, and synced: target = old, temp = -, second name = - */
    return NULL;
}

/* The ways out, for a person. --restore only while it has all that it needs: a commit that died may
 * have removed copies of edited files. */
static const char *ways_out(struct mem *mem, const struct journal *journal)
{
    const char *restore =
        mem_printf(mem,
                   "; or `tfhook recover --restore %ld` puts the old content back over what is "
                   "there, which is kept beside the backups",
                   journal->seq);
    for (size_t i = 0; i < journal->count; i++) {
        const char *backup = journal->entries[i].backup;
        if (backup != NULL && access(mem_printf(mem, "%s/%s", journal->dir, backup), F_OK) < 0)
            restore = "";
    }
    return mem_printf(mem,
                      "mend what hinders and run `tfhook recover`%s; or `tfhook recover --keep "
                      "%ld` leaves all as it is",
                      restore, journal->seq);
}

int undo_all(struct journal *journal, bool force, struct err *err)
{
    struct err moving = {.mem = err->mem};
    const char *stuck = undo_entries(err->mem, journal, force);
    if (stuck == NULL)
        return journal_move(err->mem, journal, TXN_UNDONE, err);
    (void)err_set(err, STATUS_STUCK, "transaction %ld is stuck: %s; %s", journal->seq, stuck,
                  ways_out(err->mem, journal));
    if (journal_move(err->mem, journal, TXN_STUCK, &moving) < 0)
        err->text = mem_printf(err->mem, "%s; and %s", err->text, moving.text);
    return -1;
}

#include "undo.h"

#include "cleanup.h"
#include "conflict_copy.h"
#include "digest.h"
#include "file.h"
#include "target_directory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool same_digest(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int directory_state(const struct entry *entry)
{
    struct stat st;
    int rc = file_stat(entry->change.real, &st);
    if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        return rc;
    return (rc == 0) == (entry->change.action == ACTION_DIRECTORY) ? ENTRY_NEW : ENTRY_OLD;
}

int undo_entry_state(struct mem *mem, const struct entry *entry, enum entry_state alike)
{
    if (entry_is_directory(entry))
        return directory_state(entry);
    const char *now = NULL;
    int rc = file_digest(mem, entry->change.real, FILE_LIMIT, &now);
    if (rc == -EISDIR || rc == -EINVAL || rc == -ELOOP || rc == -EFBIG)
        return ENTRY_FOREIGN;
    if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        return rc;
    const char *old = entry->change.existed ? entry->change.old_sha256 : NULL;
    const char *new = entry->change.action == ACTION_REMOVE ? NULL : entry->change.new_sha256;
    if (same_digest(now, old))
        return same_digest(old, new) ? (int)alike : ENTRY_OLD;
    return same_digest(now, new) ? ENTRY_NEW : ENTRY_FOREIGN;
}

/* The very old file back by its second name, when it has one and is still what it was, and when
 * nobody has changed owner or mode of the new one meanwhile. */
static bool put_link_back(struct mem *mem, const struct entry *entry)
{
    const char *old = NULL;
    struct stat st;
    if (entry->link == NULL || file_digest(mem, entry->link, FILE_LIMIT, &old) < 0 ||
        strcmp(old, entry->change.old_sha256) != 0)
        return false;
    int mode = entry->change.mode >= 0 ? entry->change.mode : entry->change.old_mode;
    if (file_stat(entry->change.real, &st) == 0 &&
        ((int)(st.st_mode & 07777) != mode || st.st_uid != entry->old_uid ||
         st.st_gid != entry->old_gid))
        return false;
    return file_rename(entry->link, entry->change.real) == 0;
}

/* New content for a file by rename; what is there now, or the backup, lends owner and attributes.
 * The name beside it is the journal's, so that whoever comes after a crash finds it. */
static int put_content(const struct entry *entry, const struct blob *content, int mode,
                       const char *like)
{
    file_discard(entry->temp);
    int rc = file_create(entry->temp, content, mode, like);
    if (rc == 0) {
        rc = file_rename(entry->temp, entry->change.real);
        if (rc < 0)
            file_discard(entry->temp);
    }
    return rc == 0 ? file_sync_parent(entry->change.real) : rc;
}

/* *ret_why: where the plain reason would not tell what is at fault. The folder changes its name
 * when the transaction is stuck, so a backup goes by its own. */
static int put_back(struct mem *mem, const struct journal *journal, const struct entry *entry,
                    const char **ret_why)
{
    if (!entry->change.existed) {
        int rc = file_remove(entry->change.real);
        return rc == 0 ? file_sync_parent(entry->change.real) : rc;
    }
    if (put_link_back(mem, entry))
        return file_sync_parent(entry->change.real);
    const char *backup = mem_printf(mem, "%s/%s", journal->dir, entry->backup);
    struct blob content;
    int rc = file_read(mem, backup, FILE_LIMIT, &content);
    if (rc < 0)
        *ret_why =
            mem_printf(mem, "its backup %s cannot be read: %s", entry->backup, strerror(-rc));
    else if (strcmp(digest(mem, content.data, content.size), entry->change.old_sha256) != 0)
        *ret_why = mem_printf(mem, "its backup %s is not what was saved", entry->backup);
    if (*ret_why != NULL)
        return -EIO;
    /* What is there lends owner, ACL and today's mode; a mode that we set goes back too. */
    struct stat st;
    if (file_stat(entry->change.real, &st) < 0 || !S_ISREG(st.st_mode))
        return put_content(entry, &content, entry->change.old_mode, backup);
    bool mode_is_ours =
        entry->change.mode >= 0 && (st.st_mode & 07777) == (mode_t)entry->change.mode;
    return put_content(entry, &content, mode_is_ours ? entry->change.old_mode : -1,
                       entry->change.real);
}

static int undo_edits(struct mem *mem, const struct entry *entry, int state, const char **ret_why)
{
    struct blob content;
    struct blob after;
    struct edits placed;
    int rc = file_read(mem, entry->change.real, FILE_LIMIT, &content);
    if (rc < 0) {
        *ret_why = mem_str(mem, strerror(-rc));
        return -1;
    }
    if (edits_undo(mem, &entry->change.edits, &content, &after, &placed, ret_why) < 0)
        return -1;
    if (state == ENTRY_NEW &&
        strcmp(digest(mem, after.data, after.size), entry->change.old_sha256) != 0) {
        *ret_why = "undoing its lines does not give the old content";
        return -1;
    }
    if (placed.count == 0)
        return 0;
    rc = put_content(entry, &after, -1, entry->change.real);
    if (rc < 0)
        *ret_why = mem_str(mem, strerror(-rc));
    return rc < 0 ? -1 : 0;
}

static int undo_directory(const struct entry *entry, int state)
{
    if (state == ENTRY_OLD)
        return 0;
    if (entry->change.action == ACTION_DIRECTORY) {
        /* When it is not empty, others use it by now. */
        int rc = file_remove_directory(entry->change.real);
        return rc == 0 ? file_sync_parent(entry->change.real) : rc;
    }
    /* Under another name until it is whole: one that is there is taken for the old one. */
    const struct file_owner owner = {entry->old_uid, entry->old_gid};
    int rc = file_create_directory(entry->temp, (unsigned)entry->change.old_mode, &owner);
    if (rc == 0)
        rc = file_rename(entry->temp, entry->change.real);
    return rc == 0 ? file_sync_parent(entry->change.real) : rc;
}

static int undo_file(struct mem *mem, const struct journal *journal, size_t index, int state,
                     const char **ret_why)
{
    /* An edit that gets here is undone by the link, or was not made: only the sync is left. */
    if (journal->entries[index].change.action == ACTION_EDIT)
        return file_sync_parent(journal->entries[index].change.real);
    if (state == ENTRY_OLD)
        return 0;
    const struct entry *entry = &journal->entries[index];
    int rc =
        state == ENTRY_FOREIGN ? conflict_copy_keep(mem, journal, index, entry->change.real) : 0;
    return rc < 0 ? rc : put_back(mem, journal, entry, ret_why);
}

/* The rename consumes the new content's temp file: while it is there, the target is not ours, even
 * when somebody else has changed it, unless it is that very file, linked into place. (The temp file
 * of an undo holds the old content.) And while its second name is the target's too, none took its
 * place. */
static bool was_never_applied(struct mem *mem, const struct entry *entry)
{
    const char *temp = NULL;
    bool has_content = entry->change.action == ACTION_WRITE || entry->change.action == ACTION_EDIT;
    if (has_content && entry->link != NULL && file_is_one(entry->link, entry->change.real))
        return true;
    return has_content && !same_digest(entry->change.old_sha256, entry->change.new_sha256) &&
           file_digest(mem, entry->temp, FILE_LIMIT, &temp) == 0 &&
           same_digest(temp, entry->change.new_sha256) &&
           !file_is_one(entry->temp, entry->change.real);
}

/* Line edits are undone as such; what somebody else has changed too much for that is put back whole
 * when a person says so. */
static int undo_edit(struct mem *mem, const struct journal *journal, size_t index, int state,
                     bool force, const char **ret_why)
{
    const struct entry *entry = &journal->entries[index];
    if (state == ENTRY_NEW && put_link_back(mem, entry))
        return undo_file(mem, journal, index, state, ret_why);
    if (undo_edits(mem, entry, state, ret_why) == 0)
        return 0;
    if (!force || entry->backup == NULL)
        return -EINVAL;
    *ret_why = NULL;
    int rc = conflict_copy_keep(mem, journal, index, entry->change.real);
    return rc < 0 ? rc : put_back(mem, journal, entry, ret_why);
}

static bool is_other_than_file(const struct entry *entry)
{
    struct stat st;
    return file_stat(entry->change.real, &st) == 0 && !S_ISREG(st.st_mode);
}

/* By its kind; a negated errno, and the reason where that says too little. */
static int undo_by_kind(struct mem *mem, const struct journal *journal, size_t index, bool force,
                        const char **ret_why)
{
    const struct entry *entry = &journal->entries[index];
    int state = undo_entry_state(mem, entry, ENTRY_NEW);
    if (state < 0)
        return state;
    if (entry_is_directory(entry))
        return undo_directory(entry, state);
    if (is_other_than_file(entry))
        *ret_why = "it is no regular file any more; move what is there away";
    else if (entry->change.action == ACTION_EDIT && state != ENTRY_OLD)
        return undo_edit(mem, journal, index, state, force, ret_why);
    else if (state == ENTRY_FOREIGN && !force)
        *ret_why = "it was changed by something else since";
    return *ret_why != NULL ? -EINVAL : undo_file(mem, journal, index, state, ret_why);
}

/* 0: as it was. -1: it cannot be; *ret_why says why. */
static int undo_entry(struct mem *mem, const struct journal *journal, size_t index, bool force,
                      const char **ret_why)
{
    const struct entry *entry = &journal->entries[index];
    if (target_directory_is_there(mem, journal, entry, ret_why) < 0)
        return -1;
    bool untouched = was_never_applied(mem, entry);
    /* Before the directory that it may lie in. */
    int rc = 0;
    if (entry->temp != NULL)
        rc = entry_is_directory(entry) ? file_remove_directory(entry->temp)
                                       : file_remove(entry->temp);
    if (rc == 0 && !untouched)
        rc = undo_by_kind(mem, journal, index, force, ret_why);
    if (rc < 0 && *ret_why == NULL)
        *ret_why = mem_str(mem, strerror(-rc));
    return rc < 0 ? -1 : 0;
}

/* What could not be undone, for a person; "" when all was. */
static const char *undo_entries(struct mem *mem, const struct journal *journal, bool force)
{
    const char *stuck = "";
    for (size_t i = journal->count; i > 0; i--) {
        const char *why = NULL;
        const char *path = journal->entries[i - 1].change.path;
        if (undo_entry(mem, journal, i - 1, force, &why) < 0)
            stuck = mem_printf(mem, "%s%s%s (%s)", stuck, stuck[0] == '\0' ? "" : "; ",
                               text_escape(mem, path, strlen(path)),
                               text_escape(mem, why, strlen(why)));
    }
    if (stuck[0] != '\0')
        return stuck;
    const char *why = NULL, *late = NULL;
    if (cleanup_links(mem, journal, &late, &why) < 0 ||
        cleanup_edit_backups(mem, journal, &why) < 0)
        return mem_printf(mem,
                          "all is as it was, but what was beside it cannot be removed for "
                          "good: %s",
                          why);
    return "";
}

/* Has --restore all that it needs? What a commit that was cut short has removed is gone. */
static bool has_backups(struct mem *mem, const struct journal *journal)
{
    for (size_t i = 0; i < journal->count; i++) {
        const char *name = journal->entries[i].backup;
        if (name != NULL && access(mem_printf(mem, "%s/%s", journal->dir, name), F_OK) < 0)
            return false;
    }
    return true;
}

/* The ways out, for a person. */
static const char *ways_out(struct mem *mem, const struct journal *journal)
{
    const char *restore =
        mem_printf(mem,
                   "; or `tfhook recover --restore %ld` puts the old content back over what is "
                   "there, which is kept beside the backups",
                   journal->seq);
    return mem_printf(mem,
                      "mend what hinders and run `tfhook recover`%s; or `tfhook recover --keep "
                      "%ld` leaves all as it is",
                      has_backups(mem, journal) ? restore : "", journal->seq);
}

int undo_all(struct mem *mem, struct journal *journal, bool force, struct err *err)
{
    struct err moving = {.mem = mem};
    const char *stuck = undo_entries(mem, journal, force);
    if (stuck[0] == '\0')
        return journal_move(mem, journal, TXN_UNDONE, err);
    /* The words first: they must not want memory, or fail, when the phase says so already. */
    (void)err_set(err, STATUS_STUCK, "transaction %ld is stuck: %s; %s", journal->seq, stuck,
                  ways_out(mem, journal));
    if (journal_move(mem, journal, TXN_STUCK, &moving) < 0)
        err->text = mem_printf(mem, "%s; and %s", err->text, moving.text);
    return -1;
}

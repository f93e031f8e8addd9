#include "undo.h"

#include "digest.h"
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int directory_state(const struct entry *entry)
{
    struct stat st;
    bool there = lstat(entry->real, &st) == 0;
    if (!there && errno != ENOENT && errno != ENOTDIR)
        return -errno;
    return there == (entry->action == ACTION_DIRECTORY) ? ENTRY_NEW : ENTRY_OLD;
}

int undo_entry_state(struct mem *mem, const struct entry *entry, enum entry_state alike)
{
    if (entry->action == ACTION_DIRECTORY || entry->action == ACTION_REMOVE_DIRECTORY)
        return directory_state(entry);
    struct blob content;
    int rc = file_read(mem, entry->real, FILE_LIMIT, &content);
    if (rc == -EISDIR || rc == -EINVAL || rc == -ELOOP || rc == -EFBIG)
        return ENTRY_FOREIGN;
    if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        return rc;
    const char *now = rc < 0 ? NULL : digest(mem, content.data, content.size);
    const char *old = entry->existed ? entry->old_sha256 : NULL;
    const char *new = entry->action == ACTION_REMOVE ? NULL : entry->new_sha256;
    if (same(now, old))
        return same(old, new) ? (int)alike : ENTRY_OLD;
    return same(now, new) ? ENTRY_NEW : ENTRY_FOREIGN;
}

int undo_sync_directories(struct mem *mem, const struct journal *journal, const char **ret_path)
{
    struct names synced = {0};
    for (size_t i = 0; i < journal->count; i++) {
        const char *parent = file_parent(mem, journal->entries[i].real);
        if (names_have(&synced, parent))
            continue;
        int rc = file_sync_directory(parent);
        if (rc < 0 && rc != -ENOENT) {
            *ret_path = journal->entries[i].real;
            return rc;
        }
        names_add(mem, &synced, parent);
    }
    return 0;
}

static int remove_links(const struct journal *journal, bool *ret_any, const char **ret_path)
{
    int first = 0;
    for (size_t i = 0; i < journal->count; i++) {
        const char *link = journal->entries[i].link;
        int rc = link == NULL ? 0 : file_remove(link);
        *ret_any |= link != NULL;
        if (rc < 0 && first == 0) {
            first = rc;
            *ret_path = link;
        }
    }
    return first;
}

int undo_remove_links(struct mem *mem, const struct journal *journal, const char **ret_path)
{
    bool any = false;
    int rc = remove_links(journal, &any, ret_path);
    return rc < 0 || !any ? rc : undo_sync_directories(mem, journal, ret_path);
}

int undo_drop_edit_backups(struct mem *mem, const struct journal *journal)
{
    int first = 0;
    bool any = false;
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        if (entry->action != ACTION_EDIT || entry->backup == NULL)
            continue;
        int rc = file_remove(mem_printf(mem, "%s/%s", journal->dir, entry->backup));
        first = first == 0 ? rc : first;
        any = true;
    }
    return first < 0 || !any ? first : file_sync_directory(journal->dir);
}

/* What lies in a directory that is not there would be back with it. */
static int check_places(struct mem *mem, const struct journal *journal)
{
    const char *why = NULL;
    for (size_t i = 0; i < journal->count; i++)
        if (place_is_there(mem, journal, &journal->entries[i], &why) < 0)
            return -ENOENT;
    return 0;
}

int undo_remove_all(struct mem *mem, const struct journal *journal, bool directories)
{
    const char *path = NULL;
    bool any = false;
    int first = check_places(mem, journal);
    if (first == 0)
        first = remove_links(journal, &any, &path);
    for (size_t i = journal->count; i > 0; i--) {
        const struct entry *entry = &journal->entries[i - 1];
        int rc = entry->temp == NULL ? 0 : file_remove(entry->temp);
        if (rc == 0 && directories && entry->action == ACTION_DIRECTORY && entry->made)
            rc = file_remove_directory(entry->real);
        first = first == 0 ? rc : first;
    }
    if (first == 0)
        first = undo_drop_edit_backups(mem, journal);
    return first < 0 ? first : undo_sync_directories(mem, journal, &path);
}

/* The very old file back by its second name, when it has one and is still what it was, and when
 * nobody has changed owner or mode of the new one meanwhile. */
static bool put_link_back(struct mem *mem, const struct entry *entry)
{
    struct blob old;
    struct stat st;
    if (entry->link == NULL || file_read(mem, entry->link, FILE_LIMIT, &old) < 0 ||
        strcmp(digest(mem, old.data, old.size), entry->old_sha256) != 0)
        return false;
    unsigned mode = entry->mode >= 0 ? (unsigned)entry->mode : entry->old_mode;
    if (lstat(entry->real, &st) == 0 &&
        ((st.st_mode & 07777) != mode || st.st_uid != entry->old_uid ||
         st.st_gid != entry->old_gid))
        return false;
    return rename(entry->link, entry->real) == 0;
}

/* New content for a file by rename; what is there now, or the backup, lends owner and attributes.
 * The name beside it is the journal's, so that whoever comes after a crash finds it. */
static int put(const struct entry *entry, const struct blob *content, int mode, const char *like)
{
    (void)unlink(entry->temp);
    int rc = file_create(entry->temp, content, mode, like);
    if (rc == 0 && rename(entry->temp, entry->real) < 0) {
        rc = -errno;
        (void)unlink(entry->temp);
    }
    return rc == 0 ? file_sync_parent(entry->real) : rc;
}

/* *ret_why: where the plain reason would not tell what is at fault. The folder changes its name
 * when the transaction is stuck, so a backup goes by its own. */
static int put_back(struct mem *mem, const struct journal *journal, const struct entry *entry,
                    const char **ret_why)
{
    if (!entry->existed) {
        int rc = file_remove(entry->real);
        return rc == 0 ? file_sync_parent(entry->real) : rc;
    }
    if (put_link_back(mem, entry))
        return file_sync_parent(entry->real);
    const char *backup = mem_printf(mem, "%s/%s", journal->dir, entry->backup);
    struct blob content;
    int rc = file_read(mem, backup, FILE_LIMIT, &content);
    if (rc < 0)
        *ret_why =
            mem_printf(mem, "its backup %s cannot be read: %s", entry->backup, strerror(-rc));
    else if (strcmp(digest(mem, content.data, content.size), entry->old_sha256) != 0)
        *ret_why = mem_printf(mem, "its backup %s is not what was saved", entry->backup);
    if (*ret_why != NULL)
        return -EIO;
    /* What is there lends owner, ACL and today's mode; a mode that we set goes back too. */
    struct stat st;
    if (lstat(entry->real, &st) < 0 || !S_ISREG(st.st_mode))
        return put(entry, &content, (int)entry->old_mode, backup);
    bool mode_is_ours = entry->mode >= 0 && (st.st_mode & 07777) == (mode_t)entry->mode;
    return put(entry, &content, mode_is_ours ? (int)entry->old_mode : -1, entry->real);
}

static int undo_edits(struct mem *mem, const struct entry *entry, int state, const char **ret_why)
{
    struct blob content;
    struct blob after;
    struct placed_edits placed;
    int rc = file_read(mem, entry->real, FILE_LIMIT, &content);
    if (rc < 0) {
        *ret_why = mem_str(mem, strerror(-rc));
        return -1;
    }
    if (edits_undo(mem, &entry->edits, &content, &after, &placed, ret_why) < 0)
        return -1;
    if (state == ENTRY_NEW && strcmp(digest(mem, after.data, after.size), entry->old_sha256) != 0) {
        *ret_why = "undoing its lines does not give the old content";
        return -1;
    }
    if (placed.count == 0)
        return 0;
    rc = put(entry, &after, -1, entry->real);
    if (rc < 0)
        *ret_why = mem_str(mem, strerror(-rc));
    return rc < 0 ? -1 : 0;
}

static bool holds(struct mem *mem, const char *path, const struct blob *content)
{
    struct blob there;
    return file_read(mem, path, FILE_LIMIT, &there) == 0 && there.size == content->size &&
           memcmp(there.data, content->data, there.size) == 0;
}

/* What is foreign goes into the transaction's directory before it is overwritten, under a name that
 * is free: what an earlier try has kept may be something else, or cut off. */
static int keep_foreign(struct mem *mem, const struct journal *journal, size_t index)
{
    struct blob content;
    int rc = file_read(mem, journal->entries[index].real, FILE_LIMIT, &content);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    for (unsigned number = 1;; number++) {
        const char *copy = mem_printf(mem, "%s/%zu.foreign.%u", journal->dir, index, number);
        rc = file_create(copy, &content, 0600, NULL);
        if (rc == 0)
            return file_sync_parent(copy);
        if (rc != -EEXIST || holds(mem, copy, &content))
            return rc == -EEXIST ? 0 : rc;
    }
}

static int undo_directory(const struct entry *entry, int state)
{
    if (state == ENTRY_OLD)
        return 0;
    if (entry->action == ACTION_DIRECTORY) {
        /* When it is not empty, others use it by now. */
        int rc = file_remove_directory(entry->real);
        return rc == 0 ? file_sync_parent(entry->real) : rc;
    }
    const struct file_owner owner = {entry->old_uid, entry->old_gid};
    int rc = file_create_directory(entry->real, entry->old_mode, &owner);
    return rc == 0 ? file_sync_parent(entry->real) : rc;
}

static int undo_file(struct mem *mem, const struct journal *journal, size_t index, int state,
                     const char **ret_why)
{
    /* An edit that gets here is undone by the link, or was not made: only the sync is left. */
    if (journal->entries[index].action == ACTION_EDIT)
        return file_sync_parent(journal->entries[index].real);
    if (state == ENTRY_OLD)
        return 0;
    int rc = state == ENTRY_FOREIGN ? keep_foreign(mem, journal, index) : 0;
    return rc < 0 ? rc : put_back(mem, journal, &journal->entries[index], ret_why);
}

static bool is_one_file(const char *path, const char *other)
{
    struct stat st, its;
    return lstat(path, &st) == 0 && lstat(other, &its) == 0 && st.st_dev == its.st_dev &&
           st.st_ino == its.st_ino;
}

/* The rename consumes the new content's temp file: while it is there, the target is not ours, even
 * when somebody else has changed it, unless it is that very file, linked into place. (The temp file
 * of an undo holds the old content.) */
static bool was_never_applied(struct mem *mem, const struct entry *entry)
{
    struct blob content;
    bool has_content = entry->action == ACTION_WRITE || entry->action == ACTION_EDIT;
    return has_content && !same(entry->old_sha256, entry->new_sha256) &&
           file_read(mem, entry->temp, FILE_LIMIT, &content) == 0 &&
           same(digest(mem, content.data, content.size), entry->new_sha256) &&
           !is_one_file(entry->temp, entry->real);
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
    int rc = keep_foreign(mem, journal, index);
    return rc < 0 ? rc : put_back(mem, journal, entry, ret_why);
}

static bool is_other_than_file(const struct entry *entry)
{
    struct stat st;
    return lstat(entry->real, &st) == 0 && !S_ISREG(st.st_mode);
}

/* By its kind; a negated errno, and the reason where that says too little. */
static int undo_by_kind(struct mem *mem, const struct journal *journal, size_t index, bool force,
                        const char **ret_why)
{
    const struct entry *entry = &journal->entries[index];
    int state = undo_entry_state(mem, entry, ENTRY_NEW);
    if (state < 0)
        return state;
    if (entry->action == ACTION_DIRECTORY || entry->action == ACTION_REMOVE_DIRECTORY)
        return undo_directory(entry, state);
    if (is_other_than_file(entry))
        *ret_why = "it is no regular file any more; move what is there away";
    else if (entry->action == ACTION_EDIT && state != ENTRY_OLD)
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
    if (place_is_there(mem, journal, entry, ret_why) < 0)
        return -1;
    bool untouched = was_never_applied(mem, entry);
    /* Before the directory that it may lie in. */
    int rc = entry->temp == NULL ? 0 : file_remove(entry->temp);
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
        const char *path = journal->entries[i - 1].path;
        if (undo_entry(mem, journal, i - 1, force, &why) < 0)
            stuck = mem_printf(mem, "%s%s%s (%s)", stuck, stuck[0] == '\0' ? "" : "; ",
                               text_escape(mem, path, strlen(path)),
                               text_escape(mem, why, strlen(why)));
    }
    if (stuck[0] != '\0')
        return stuck;
    /* Whoever undid a part of it before may have died before the sync. */
    const char *path = journal->dir;
    bool any = false;
    int rc = remove_links(journal, &any, &path);
    if (rc == 0)
        rc = undo_sync_directories(mem, journal, &path);
    if (rc == 0)
        rc = undo_drop_edit_backups(mem, journal);
    return rc == 0 ? ""
                   : mem_printf(mem, "a temporary file beside %s cannot be removed for good (%s)",
                                path, strerror(-rc));
}

int undo_all(struct mem *mem, struct journal *journal, bool force, struct err *err)
{
    struct err moving = {.mem = mem};
    const char *stuck = undo_entries(mem, journal, force);
    if (stuck[0] == '\0')
        return journal_move(mem, journal, TXN_UNDONE, err);
    /* The words first: they must not want memory, or fail, when the phase says so already. */
    (void)err_set(err, STATUS_STUCK,
                  "transaction %ld is stuck: %s; mend what hinders and run `tfhook recover`; or "
                  "`tfhook recover --restore %ld` puts the old content back over what is there "
                  "(which is kept in %s/%06ld.%s); or `tfhook recover --keep %ld` leaves all as it "
                  "is",
                  journal->seq, stuck, journal->seq, file_parent(mem, journal->dir), journal->seq,
                  txn_phase_names[TXN_STUCK], journal->seq);
    if (journal_move(mem, journal, TXN_STUCK, &moving) < 0)
        err->text = mem_printf(mem, "%s; and %s", err->text, moving.text);
    return -1;
}

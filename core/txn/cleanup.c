#include "cleanup.h"

#include "conflict_copy.h"
#include "file.h"
#include "target_directory.h"

#include <errno.h>
#include <string.h>

struct sweep {
    struct mem *mem;
    const struct journal *journal;
    int rc;           /* the first failure, 0 when there was none */
    const char *why;  /* what it was about */
    const char *late; /* a target of which something is kept that was written late */
};

static void note_failure(struct sweep *sweep, int rc, const char *path, const char *why)
{
    if (rc == 0 || sweep->rc < 0)
        return;
    sweep->rc = rc;
    sweep->why = mem_printf(sweep->mem, "%s (%s)", text_escape(sweep->mem, path, strlen(path)),
                            text_escape(sweep->mem, why, strlen(why)));
}

static void note_removal(struct sweep *sweep, int rc, const char *path)
{
    note_failure(sweep, rc, path, strerror(-rc));
}

/* What lies in a directory that is not there would be back with it. */
static bool may_touch(struct sweep *sweep, const struct entry *entry)
{
    const char *why = NULL;
    if (target_directory_is_there(sweep->mem, sweep->journal, entry, &why) == 0)
        return true;
    note_failure(sweep, -ENOENT, entry->change.path, why);
    return false;
}

static void remove_link(struct sweep *sweep, size_t index)
{
    const struct entry *entry = &sweep->journal->entries[index];
    if (entry->link == NULL || !may_touch(sweep, entry))
        return;
    int rc = conflict_copy_keep_late(sweep->mem, sweep->journal, index);
    if (rc < 0)
        note_failure(
            sweep, rc, entry->change.path,
            mem_printf(sweep->mem,
                       "its old file %s, which something else may have written into meanwhile, "
                       "cannot be kept in %s: %s",
                       entry->link, sweep->journal->dir, strerror(-rc)));
    if (rc > 0)
        sweep->late = entry->change.real;
    if (rc >= 0)
        note_removal(sweep, file_remove(entry->link), entry->link);
}

static void remove_temp(struct sweep *sweep, const struct entry *entry, bool directories)
{
    if (!may_touch(sweep, entry))
        return;
    if (entry->temp != NULL && entry_is_directory(entry))
        note_removal(sweep, file_remove_directory(entry->temp), entry->temp);
    else if (entry->temp != NULL)
        note_removal(sweep, file_remove(entry->temp), entry->temp);
    if (directories && entry->change.action == ACTION_DIRECTORY && entry->made)
        note_removal(sweep, file_remove_directory(entry->change.real), entry->change.real);
}

static void remove_edit_backups(struct sweep *sweep)
{
    const struct journal *journal = sweep->journal;
    bool any = false;
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        if (entry->change.action != ACTION_EDIT || entry->backup == NULL)
            continue;
        const char *path = mem_printf(sweep->mem, "%s/%s", journal->dir, entry->backup);
        note_removal(sweep, file_remove(path), path);
        any = true;
    }
    if (any && sweep->rc == 0)
        note_removal(sweep, file_sync_directory(journal->dir), journal->dir);
}

static int end_sweep(struct sweep *sweep, const char **ret_why)
{
    *ret_why = sweep->why;
    return sweep->rc;
}

static void sync_directories(struct sweep *sweep)
{
    const char *path = NULL;
    int rc = sweep->rc < 0 ? 0 : target_directories_sync(sweep->mem, sweep->journal, &path);
    if (rc < 0)
        note_failure(sweep, rc, path,
                     mem_printf(sweep->mem, "its directory cannot be synced: %s", strerror(-rc)));
}

int cleanup_links(struct mem *mem, const struct journal *journal, const char **ret_late,
                  const char **ret_why)
{
    struct sweep sweep = {.mem = mem, .journal = journal};
    for (size_t i = 0; i < journal->count; i++)
        remove_link(&sweep, i);
    sync_directories(&sweep);
    *ret_late = sweep.late;
    return end_sweep(&sweep, ret_why);
}

int cleanup_edit_backups(struct mem *mem, const struct journal *journal, const char **ret_why)
{
    struct sweep sweep = {.mem = mem, .journal = journal};
    remove_edit_backups(&sweep);
    return end_sweep(&sweep, ret_why);
}

int cleanup_all(struct mem *mem, const struct journal *journal, bool directories,
                const char **ret_why)
{
    struct sweep sweep = {.mem = mem, .journal = journal};
    /* The last first: a file before the directory that it may lie in. */
    for (size_t i = journal->count; i > 0; i--) {
        remove_link(&sweep, i - 1);
        remove_temp(&sweep, &journal->entries[i - 1], directories);
    }
    if (sweep.rc == 0)
        remove_edit_backups(&sweep);
    sync_directories(&sweep);
    return end_sweep(&sweep, ret_why);
}

#include "cleanup.h"

#include "conflict_copy.h"
#include "file.h"
#include "target_directory.h"

#include <errno.h>
#include <string.h>

static void note_failure(struct err *err, const char *path, const char *why)
{
    (void)err_set(err, STATUS_FAILED, "%s (%s)", text_escape(err->mem, path, strlen(path)),
                  text_escape(err->mem, why, strlen(why)));
}

static void note_removal(struct err *err, int rc, const char *path)
{
    if (rc < 0)
        note_failure(err, path, strerror(-rc));
}

/* Names in a directory that is not mounted now are not gone: they would be back with it. */
static bool may_touch(struct mem *mem, const struct journal *journal, const struct entry *entry,
                      struct err *err)
{
    const char *why = NULL;
    if (target_directory_is_there(mem, journal, entry, &why) == 0)
        return true;
    note_failure(err, entry->change.path, why);
    return false;
}

/* 1: what was written late is kept. */
static int remove_link(struct mem *mem, const struct journal *journal, size_t index,
                       struct err *err)
{
    const struct entry *entry = &journal->entries[index];
    if (entry->link == NULL || !may_touch(mem, journal, entry, err))
        return 0;
    int late = conflict_copy_keep_late(mem, journal, index);
    if (late >= 0)
        note_removal(err, file_remove(entry->link), entry->link);
    else
        note_failure(err, entry->change.path,
                     mem_printf(mem,
                                "its old file %s, which something else may have written into "
                                "meanwhile, cannot be kept in %s: %s",
                                entry->link, journal->dir, strerror(-late)));
    return late > 0;
}

int cleanup_temp(const struct entry *entry)
{
    if (entry->temp == NULL)
        return 0;
    return entry_is_directory(entry) ? file_remove_directory(entry->temp)
                                     : file_remove(entry->temp);
}

static void sync_directories(struct mem *mem, const struct journal *journal, struct err *err)
{
    const char *path = NULL;
    int rc = err->text != NULL ? 0 : target_directories_sync(mem, journal, &path);
    if (rc < 0)
        note_failure(err, path,
                     mem_printf(mem, "its directory cannot be synced: %s", strerror(-rc)));
}

int cleanup_links(struct mem *mem, const struct journal *journal, const char **ret_late,
                  struct err *err)
{
    *ret_late = NULL;
    for (size_t i = 0; i < journal->count; i++)
        if (remove_link(mem, journal, i, err) > 0)
            *ret_late = journal->entries[i].change.real;
    sync_directories(mem, journal, err);
    return err->text == NULL ? 0 : -1;
}

int cleanup_edit_backups(struct mem *mem, const struct journal *journal, struct err *err)
{
    bool any = false;
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        if (entry->change.action != ACTION_EDIT || entry->backup == NULL)
            continue;
        const char *path = mem_printf(mem, "%s/%s", journal->dir, entry->backup);
        note_removal(err, file_remove(path), path);
        any = true;
    }
    if (any && err->text == NULL)
        note_removal(err, file_sync_directory(journal->dir), journal->dir);
    return err->text == NULL ? 0 : -1;
}

int cleanup_all(struct mem *mem, const struct journal *journal, bool directories, struct err *err)
{
    /* The last first: a file before the directory that it may lie in. */
    for (size_t i = journal->count; i > 0; i--) {
        const struct entry *entry = &journal->entries[i - 1];
        (void)remove_link(mem, journal, i - 1, err);
        if (!may_touch(mem, journal, entry, err))
            continue;
        note_removal(err, cleanup_temp(entry), entry->temp);
        if (directories && entry->change.action == ACTION_DIRECTORY)
            note_removal(err, file_remove_directory(entry->change.real), entry->change.real);
    }
    if (err->text == NULL && cleanup_edit_backups(mem, journal, err) < 0)
        return -1;
    sync_directories(mem, journal, err);
    return err->text == NULL ? 0 : -1;
}

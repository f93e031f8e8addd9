#include "cleanup.h"

#include "file.h"
#include "target_directory.h"

#include <errno.h>
#include <string.h>

static void note_failure(struct err *err, const char *path, const char *why)
{
    (void)err_set(err, STATUS_FAILED, "%s (%s)", text_shown(err->mem, path),
                  text_shown(err->mem, why));
}

static void note_removal(struct err *err, int rc, const char *path)
{
    if (rc < 0)
        note_failure(err, path, strerror(-rc));
}

/* Names in a directory that is not mounted now are not gone: they would be back with it. */
static bool may_touch(const struct journal *journal, const struct entry *entry, struct err *err)
{
    const char *lost = target_directory_lost(err->mem, journal, entry);
    if (lost != NULL)
        note_failure(err, entry->change.path, lost);
    return lost == NULL;
}

/* A program that has a target open while it is replaced goes on writing into the old file. Until
 * the commit that file has a second name, under which this can be seen: such a write is late.
 * 1: the second name leads to a file with another content than the one that was replaced. */
static int is_late(struct mem *mem, const struct entry *entry)
{
    const char *now = NULL;
    if (file_is_one(entry->link, entry->change.real))
        return 0;
    int rc = file_digest(mem, entry->link, FILE_LIMIT, &now);
    /* Nothing there, or no file: somebody has removed the old file's second name. */
    if (rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP || rc == -EISDIR || rc == -EINVAL)
        return 0;
    if (rc == -EFBIG || rc == -EAGAIN) /* it has grown, or grows while it is read */
        return 1;
    return rc < 0 ? rc : strcmp(now, entry->change.old_sha256) != 0;
}

/* 1: what was written late is kept. */
static int remove_link(const struct journal *journal, const struct entry *entry, struct err *err)
{
    if (entry->link == NULL || !may_touch(journal, entry, err))
        return 0;
    int late = is_late(err->mem, entry);
    int rc = late > 0 ? conflict_copy_keep(err->mem, journal, entry, entry->link) : late;
    if (rc == 0)
        note_removal(err, file_remove(entry->link), entry->link);
    else
        note_failure(err, entry->change.path,
                     mem_printf(err->mem,
                                "its old file %s, which something else may have written into "
                                "meanwhile, cannot be kept in %s: %s",
                                entry->link, journal->dir, strerror(-rc)));
    return rc == 0 && late > 0;
}

int cleanup_temp(const struct entry *entry)
{
    if (entry->temp == NULL)
        return 0;
    return entry_is_directory(entry) ? file_remove_directory(entry->temp)
                                     : file_remove(entry->temp);
}

int cleanup_links(const struct journal *journal, const char **ret_late, struct err *err)
{
    const char *path = NULL;
    *ret_late = NULL;
    for (size_t i = 0; i < journal->count; i++)
        if (remove_link(journal, &journal->entries[i], err) > 0)
            *ret_late = journal->entries[i].change.real;
    int rc = err->text != NULL ? 0 : target_directories_sync(err->mem, journal, &path);
    if (rc < 0)
        note_failure(err, path,
                     mem_printf(err->mem, "its directory cannot be synced: %s", strerror(-rc)));
    return err->text == NULL ? 0 : -1;
}

int cleanup_edit_backups(const struct journal *journal, struct err *err)
{
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        if (entry->change.action != ACTION_EDIT || entry->backup == NULL)
            continue;
        const char *path = mem_printf(err->mem, "%s/%s", journal->dir, entry->backup);
        note_removal(err, file_remove(path), path);
    }
    if (err->text == NULL)
        note_removal(err, file_sync_directory(journal->dir), journal->dir);
    return err->text == NULL ? 0 : -1;
}

int cleanup_all(const struct journal *journal, bool directories, struct err *err)
{
    const char *late = NULL;
    /* The last first: a file before the directory that it may lie in. A new directory holds no
     * second name of an old file. */
    for (size_t i = journal->count; i > 0; i--) {
        const struct entry *entry = &journal->entries[i - 1];
        if (!may_touch(journal, entry, err))
            continue;
        note_removal(err, cleanup_temp(entry), entry->temp);
        if (directories && entry->change.action == ACTION_DIRECTORY)
            note_removal(err, file_remove_directory(entry->change.real), entry->change.real);
    }
    return cleanup_links(journal, &late, err) < 0 ? -1 : cleanup_edit_backups(journal, err);
}

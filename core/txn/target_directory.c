#include "target_directory.h"

#include "file.h"

#include <errno.h>
#include <string.h>

static bool belongs_to(const char *path, uid_t user)
{
    struct stat st;
    return lstat(path, &st) == 0 && st.st_uid == user;
}

/* The directory in which the target lies, or is to lie when those above it are made. */
static const char *directory_above(struct mem *mem, const char *path)
{
    struct stat st;
    do {
        path = file_parent(mem, path);
    } while (lstat(path, &st) < 0 && errno == ENOENT && strcmp(path, "/") != 0);
    return path;
}

int target_path_resolve(struct mem *mem, const struct root *root, const char *path,
                        const char **ret, const char **ret_why)
{
    uid_t owner = 0;
    int rc = root_resolve_links(root, mem, path, ret, &owner);
    if (rc < 0) {
        *ret_why = mem_str(mem, strerror(-rc));
        return -1;
    }
    if (owner == 0 || belongs_to(directory_above(mem, *ret), owner) || belongs_to(*ret, owner))
        return 0;
    *ret_why =
        mem_printf(mem,
                   "a link of %s leads from there to %s, which is somebody else's; name that "
                   "file itself, or make the link root's",
                   root_owner_text(mem, owner), *ret);
    return -1;
}

const char *target_directory_moved(struct mem *mem, const struct entry *entry)
{
    static const struct root everywhere = {.dir = ""};
    const char *parent = file_parent(mem, entry->change.real);
    const char *now = NULL;
    int rc = root_resolve(&everywhere, mem, parent, &now);
    if (rc < 0)
        return mem_printf(mem, "its directory cannot be looked at: %s", strerror(-rc));
    return strcmp(now, parent) == 0
               ? NULL
               : mem_printf(mem, "its path leads through a link by now, to %s", now);
}

/* Does the transaction make or remove a directory, or one above it? */
static bool is_ours(const struct journal *journal, const char *dir)
{
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        size_t length = strlen(entry->change.real);
        if (entry_is_directory(entry) && strncmp(dir, entry->change.real, length) == 0 &&
            (dir[length] == '\0' || dir[length] == '/'))
            return true;
    }
    return false;
}

const char *target_directory_lost(struct mem *mem, const struct journal *journal,
                                  const struct entry *entry)
{
    struct stat st;
    const char *parent = file_parent(mem, entry->change.real);
    const char *moved = target_directory_moved(mem, entry);
    int rc = file_stat(parent, &st);
    if (moved != NULL || (rc != -ENOENT && rc != -ENOTDIR) || is_ours(journal, parent))
        return moved;
    return mem_printf(mem, "the directory %s is not there; is its file system mounted?", parent);
}

int target_directories_sync(struct mem *mem, const struct journal *journal, const char **ret_path)
{
    struct names synced = {0};
    for (size_t i = 0; i < journal->count; i++) {
        const char *parent = file_parent(mem, journal->entries[i].change.real);
        int rc = names_have(&synced, parent) ? 0 : file_sync_directory(parent);
        if (rc < 0 && rc != -ENOENT) {
            *ret_path = journal->entries[i].change.real;
            return rc;
        }
        names_add(mem, &synced, parent);
    }
    return 0;
}

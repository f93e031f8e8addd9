#include "place.h"

#include "root.h"

#include <errno.h>
#include <string.h>

int place_leads_there(struct mem *mem, const struct entry *entry, const char **ret_why)
{
    static const struct root everywhere = {""};
    const char *parent = file_parent(mem, entry->real);
    const char *now = NULL;
    int rc = root_resolve(&everywhere, mem, parent, &now);
    if (rc == 0 && strcmp(now, parent) == 0)
        return 0;
    *ret_why = rc < 0 ? mem_printf(mem, "its directory cannot be looked at: %s", strerror(-rc))
                      : mem_printf(mem, "its path leads through a link by now, to %s", now);
    return -1;
}

/* Does the transaction make or remove a directory, or one above it? */
static bool is_ours(const struct journal *journal, const char *dir)
{
    for (size_t i = 0; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i];
        size_t length = strlen(entry->real);
        if ((entry->action == ACTION_DIRECTORY || entry->action == ACTION_REMOVE_DIRECTORY) &&
            strncmp(dir, entry->real, length) == 0 && (dir[length] == '\0' || dir[length] == '/'))
            return true;
    }
    return false;
}

int place_is_there(struct mem *mem, const struct journal *journal, const struct entry *entry,
                   const char **ret_why)
{
    struct stat st;
    const char *parent = file_parent(mem, entry->real);
    if (place_leads_there(mem, entry, ret_why) < 0)
        return -1;
    if (lstat(parent, &st) == 0 || (errno != ENOENT && errno != ENOTDIR) ||
        is_ours(journal, parent))
        return 0;
    *ret_why =
        mem_printf(mem, "the directory %s is not there; is its file system mounted?", parent);
    return -1;
}

#include "cleanup.h"

#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_content(struct mem *mem, const char *path, const struct blob *content)
{
    struct blob there;
    return file_read(mem, path, FILE_LIMIT, &there) == 0 && there.size == content->size &&
           memcmp(there.data, content->data, there.size) == 0;
}

int conflict_copy_keep(struct mem *mem, const struct journal *journal, const struct entry *entry,
                       const char *path)
{
    size_t index = (size_t)(entry - journal->entries);
    struct blob content;
    int rc = file_read(mem, path, FILE_LIMIT, &content);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    for (unsigned number = 1;; number++) {
        const char *copy =
            mem_printf(mem, "%s/%zu" JOURNAL_FOREIGN "%u", journal->dir, index, number);
        rc = file_create(copy, &content, 0600, NULL);
        if (rc == -EEXIST && !has_content(mem, copy, &content))
            continue;
        if (rc == -EEXIST)
            rc = file_sync(copy);
        return rc < 0 ? rc : file_sync_parent(copy);
    }
}

void conflict_copy_report(struct mem *mem, const struct log *log, const struct journal *journal)
{
    struct names names = {0};
    if (file_list(mem, journal->dir, &names) < 0)
        return;
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.names[i];
        size_t index = strtoul(name, NULL, 10);
        if (strstr(name, JOURNAL_FOREIGN) == NULL || index >= journal->count)
            continue;
        log_warn(log,
                 "%s: what something else had written is kept, as %s/%s; remove that when you have "
                 "seen it",
                 text_shown(mem, journal->entries[index].change.path), journal->dir, name);
    }
}

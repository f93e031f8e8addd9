#include "change_set.h"

#include "digest.h"

#include <string.h>

const char *const action_names[ACTIONS] = {"write", "edit", "remove", "directory",
                                           "remove-directory"};

struct change *change_set_find(const struct change_set *changes, const char *real)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].real, real) == 0)
            return &changes->items[i];
    return NULL;
}

struct change change_inverse(const struct change *change)
{
    bool is_there = change->action != ACTION_REMOVE && change->action != ACTION_REMOVE_DIRECTORY;
    int mode = change->mode < 0 && change->existed ? change->old_mode : change->mode;
    enum action action = change->existed ? ACTION_WRITE : ACTION_REMOVE;
    if (change->action == ACTION_EDIT)
        action = ACTION_EDIT;
    if (change->action == ACTION_DIRECTORY)
        action = ACTION_REMOVE_DIRECTORY;
    if (change->action == ACTION_REMOVE_DIRECTORY)
        action = ACTION_DIRECTORY;
    return (struct change){.action = action,
                           .step = change->step,
                           .path = change->path,
                           .real = change->real,
                           .existed = is_there,
                           .old_mode = is_there ? mode : 0,
                           .old_sha256 = change->new_sha256,
                           .new_sha256 = change->old_sha256,
                           .mode = -1,
                           .secret = change->secret};
}

static void drop_change(struct change_set *changes, const struct change *change)
{
    size_t at = (size_t)(change - changes->items);
    changes->count--;
    memmove(changes->items + at, changes->items + at + 1,
            (changes->count - at) * sizeof *changes->items);
}

static bool changes_nothing(const struct change *change)
{
    bool keeps_mode = change->mode < 0 || (change->existed && change->mode == change->old_mode);
    return change->existed && keeps_mode && change->new_sha256 != NULL &&
           change->old_sha256 != NULL && strcmp(change->old_sha256, change->new_sha256) == 0;
}

/* The content after the edits of `change`, in change->content. */
static int edit_content(struct change_set *changes, struct change *change, const char **ret_why)
{
    struct blob after;
    struct edits made;
    if (edits_apply(changes->mem, &change->edits, &change->content, &after, &made, ret_why) < 0)
        return -1;
    change->content = after;
    return 0;
}

static int merge_changes(struct change_set *changes, struct change *old, struct change *change,
                         const char **ret_why)
{
    if (old->action == ACTION_DIRECTORY || change->action == ACTION_DIRECTORY) {
        *ret_why = "it is staged as a directory and as a file";
        return old->action == change->action ? 0 : -1;
    }
    if (old->action == ACTION_EDIT && change->action != ACTION_EDIT) {
        *ret_why = mem_printf(changes->mem, "step %s has staged line edits of it", old->step);
        return -1;
    }
    if (change->action == ACTION_EDIT) {
        change->content = old->content;
        if (edit_content(changes, change, ret_why) < 0)
            return -1;
        struct edits all = old->edits;
        for (size_t i = 0; i < change->edits.count; i++)
            *mem_push(changes->mem, all.items, all.count) = change->edits.items[i];
        change->edits = all;
        if (old->action == ACTION_WRITE) {
            change->action = ACTION_WRITE;
            change->edits = (struct edits){0}; /* what is written whole has no lines to tell of */
        }
    }
    change->existed = old->existed;
    change->old_sha256 = old->old_sha256;
    change->old_mode = old->old_mode;
    if (change->mode < 0)
        change->mode = old->mode;
    change->secret |= old->secret;
    change->summary = old->summary;
    *old = *change;
    return 0;
}

int change_set_add(struct change_set *changes, const struct change *change, const char **ret_why)
{
    struct change add = *change;
    struct change *old = change_set_find(changes, add.real);
    if (old == NULL) {
        if (add.action == ACTION_EDIT && edit_content(changes, &add, ret_why) < 0)
            return -1;
        old = mem_push(changes->mem, changes->items, changes->count);
        *old = add;
    } else if (merge_changes(changes, old, &add, ret_why) < 0) {
        return -1;
    }
    old->new_sha256 = old->action == ACTION_WRITE || old->action == ACTION_EDIT
                          ? digest(changes->mem, old->content.data, old->content.size)
                          : NULL;
    if (changes_nothing(old) || (old->action == ACTION_REMOVE && !old->existed))
        drop_change(changes, old);
    return 0;
}

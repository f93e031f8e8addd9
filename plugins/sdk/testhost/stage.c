/* The host functions that propose changes. */
#include "state.h"

#include <errno.h>
#include <string.h>

/* What every change has, and whether it may be. */
static int begin_change(struct testhost *t, const char *path, enum action action,
                        struct change *ret)
{
    if (!t->call.may_stage)
        return note_misuse(t, "it stages a change outside of plan");
    struct change change = {.action = action, .step = t->table.step, .path = path, .mode = -1};
    int rc = tree_resolve(t, path, &change.real);
    if (rc < 0)
        return rc;
    const struct change *staged = change_set_find(&t->call.changes, change.real);
    const struct node *node = tree_find(t, change.real);
    change.existed = staged != NULL ? staged->existed : node != NULL;
    if (staged != NULL) {
        change.old_sha256 = staged->old_sha256;
        change.old_mode = staged->old_mode;
    } else if (node != NULL && action != ACTION_DIRECTORY) {
        if (node->kind == TFHOOK_DIRECTORY)
            return -EISDIR;
        change.old_mode = (int)node->mode;
        change.old_sha256 = pairs_find(&t->call.seen, change.real);
        if (change.old_sha256 == NULL)
            return note_misuse(t, "it stages %s, which it has not read", path);
    }
    *ret = change;
    return 0;
}

/* For who looks now: in the tree, or staged; and not staged to go. */
static bool is_there(struct testhost *t, const struct change *change)
{
    const struct change *staged = change_set_find(&t->call.changes, change->real);
    return staged != NULL ? staged->action != ACTION_REMOVE : change->existed;
}

static int add_change(struct testhost *t, const struct change *change)
{
    const char *why = NULL;
    if (change_set_add(&t->call.changes, change, &why) < 0)
        return note_misuse(t, "it cannot stage %s: %s", change->path, why);
    return 0;
}

static int host_directory(const struct tfhook_host *host, const char *path, int mode);

static int make_parents(const struct tfhook_host *host, const char *path, const char *real)
{
    struct testhost *t = host_of(host);
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0)
        return 0; /* tfhook makes the plugin's own folder */
    const char *parent = tree_parent(t, real);
    const struct node *node = tree_find(t, parent);
    if (change_set_find(&t->call.changes, parent) != NULL)
        return 0;
    if (node != NULL)
        return node->kind == TFHOOK_DIRECTORY ? 0 : -ENOTDIR;
    return host_directory(host, parent, 0755);
}

static int host_directory(const struct tfhook_host *host, const char *path, int mode)
{
    struct testhost *t = host_of(host);
    struct change change;
    if (mode < -1 || mode > 07777)
        return note_misuse(t, "the mode %o for %s", (unsigned)mode, path);
    int rc = begin_change(t, path, ACTION_DIRECTORY, &change);
    if (rc < 0)
        return rc;
    const struct change *staged = change_set_find(&t->call.changes, change.real);
    if (staged != NULL)
        return staged->action == ACTION_DIRECTORY ? 0 : -ENOTDIR;
    if (change.existed)
        return tree_find(t, change.real)->kind == TFHOOK_DIRECTORY ? 0 : -ENOTDIR;
    rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.mode = mode < 0 ? 0755 : mode;
    return add_change(t, &change);
}

static int host_write(const struct tfhook_host *host, const char *path, const void *data,
                      size_t size, int mode, unsigned flags)
{
    struct testhost *t = host_of(host);
    struct change change;
    if ((flags & ~TFHOOK_SECRET) != 0)
        return note_misuse(t, "unknown flags 0x%x for %s", flags, path);
    if (mode < -1 || mode > 07777)
        return note_misuse(t, "the mode %o for %s", (unsigned)mode, path);
    if (data == NULL && size > 0)
        return note_misuse(t, "content that is NULL for %s", path);
    if (size > LIMIT_FILE)
        return -EFBIG;
    int rc = begin_change(t, path, ACTION_WRITE, &change);
    if (rc == 0)
        rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.content = copy_bytes(t, data, size);
    change.mode = mode;
    change.secret = (flags & TFHOOK_SECRET) != 0;
    return add_change(t, &change);
}

static bool is_one_line(const char *text)
{
    return text == NULL || strchr(text, '\n') == NULL;
}

static int host_edit(const struct tfhook_host *host, const char *path, const char *old_line,
                     const char *new_line, const char *anchor)
{
    struct testhost *t = host_of(host);
    if (old_line == NULL && new_line == NULL)
        return note_misuse(t, "an edit of %s with neither an old nor a new line", path);
    if (!is_one_line(old_line) || !is_one_line(new_line) || !is_one_line(anchor))
        return note_misuse(t, "an edit of %s with more than one line", path);
    struct change change;
    int rc = begin_change(t, path, ACTION_EDIT, &change);
    if (rc < 0)
        return rc;
    if (!is_there(t, &change))
        return -ENOENT;
    struct tfhook_data before;
    rc = host->read(host, path, 0, &before);
    if (rc < 0)
        return rc;
    change.content = (struct blob){before.data, before.size};
    *mem_push(&t->mem, change.edits.items, change.edits.count) =
        (struct edit){.old_line = copy_text(t, old_line),
                      .new_line = copy_text(t, new_line),
                      .anchor = copy_text(t, anchor)};
    return add_change(t, &change);
}

static int host_remove(const struct tfhook_host *host, const char *path)
{
    struct testhost *t = host_of(host);
    struct change change;
    int rc = begin_change(t, path, ACTION_REMOVE, &change);
    if (rc < 0)
        return rc;
    return is_there(t, &change) ? add_change(t, &change) : -ENOENT;
}

TFHOOK_PRINTF(3, 4)
static void host_summary(const struct tfhook_host *host, const char *path, const char *format, ...)
{
    struct testhost *t = host_of(host);
    const char *real = NULL;
    va_list args;
    va_start(args, format);
    if (tree_resolve(t, path, &real) == 0)
        pairs_add(t, &t->call.summaries, real, mem_vprintf(&t->mem, format, args));
    va_end(args);
}

static int host_publish(const struct tfhook_host *host, const char *path, const void *data,
                        size_t size)
{
    struct testhost *t = host_of(host);
    const char *real = NULL;
    if (!t->call.may_publish)
        return note_misuse(t, "it publishes %s outside of verify", path);
    int rc = tree_resolve(t, path, &real);
    if (rc == 0)
        pairs_add(t, &t->call.published, real, mem_copy(&t->mem, data, size));
    return rc;
}

static int host_staged(const struct tfhook_host *host, size_t index, struct tfhook_staged *ret)
{
    struct testhost *t = host_of(host);
    const char *notes = NULL;
    size_t size = ret->struct_size;
    if (check_size(t, size, sizeof *ret, "tfhook_staged") < 0)
        return -EINVAL;
    (void)tree_resolve(t, TFHOOK_NOTES "x", &notes);
    notes = tree_parent(t, notes);
    for (size_t i = 0; i < t->call.changes.count; i++) {
        const struct change *change = &t->call.changes.items[i];
        if (strcmp(tree_parent(t, change->real), notes) == 0 || index-- > 0)
            continue;
        const struct tfhook_staged out = {.struct_size = size,
                                          .action = (enum tfhook_action)change->action,
                                          .secret = change->secret,
                                          .path = change->real,
                                          .step = change->step,
                                          .old_sha256 = change->old_sha256,
                                          .new_sha256 = change->new_sha256};
        memcpy(ret, &out, size < sizeof out ? size : sizeof out);
        return 0;
    }
    return -ENOENT;
}

void add_stage_functions(struct tfhook_host *table)
{
    table->write = host_write;
    table->edit = host_edit;
    table->remove = host_remove;
    table->directory = host_directory;
    table->summary = host_summary;
    table->publish = host_publish;
    table->staged = host_staged;
}

/* The host functions that propose changes. */
#include "state.h"

#include <errno.h>
#include <string.h>

struct change *testhost_staged(const struct testhost *t, const char *real)
{
    for (size_t i = 0; i < t->stage.count; i++)
        if (strcmp(t->stage.items[i].real, real) == 0)
            return &t->stage.items[i];
    return NULL;
}

/* Of what this call read last of the file. */
static const char *find_seen(const struct testhost *t, const char *real)
{
    for (size_t i = t->seen.count; i > 0; i--)
        if (strcmp(t->seen.items[i - 1].name, real) == 0)
            return t->seen.items[i - 1].text;
    return NULL;
}

/* What every change has, and whether it may be. */
static int begin_change(struct testhost *t, const char *path, enum tfhook_action action,
                        struct change *ret)
{
    if (!t->may_stage)
        return testhost_misused(t, "it stages a change outside of plan");
    struct change change = {.action = action, .step = t->table.step, .mode = -1};
    int rc = testhost_resolve(t, path, &change.real);
    if (rc < 0)
        return rc;
    const struct change *staged = testhost_staged(t, change.real);
    const struct node *node = testhost_node(t, change.real);
    change.existed = staged != NULL ? staged->existed : node != NULL;
    if (staged != NULL) {
        change.old_sha256 = staged->old_sha256;
        change.old_mode = staged->old_mode;
    } else if (node != NULL && action != TFHOOK_CHANGE_DIRECTORY) {
        if (node->kind == NODE_DIRECTORY)
            return -EISDIR;
        change.old_mode = (int)node->mode;
        change.old_sha256 = find_seen(t, change.real);
        if (change.old_sha256 == NULL)
            return testhost_misused(t, "it stages %s, which it has not read", path);
    }
    *ret = change;
    return 0;
}

/* For who looks now: in the tree, or staged; and not staged to go. */
static bool is_there(struct testhost *t, const struct change *change)
{
    const struct change *staged = testhost_staged(t, change->real);
    return staged != NULL ? staged->action != TFHOOK_CHANGE_REMOVE : change->existed;
}

/* Later changes of the same file: what they come to, or why they cannot be. */
static const char *merge_change(struct testhost *t, struct change *old, struct change *change)
{
    bool was_edited = old->action == TFHOOK_CHANGE_EDIT;
    if (old->action == TFHOOK_CHANGE_DIRECTORY || change->action == TFHOOK_CHANGE_DIRECTORY)
        return "it is staged as a directory and as a file";
    if (was_edited && change->action != TFHOOK_CHANGE_EDIT)
        return testhost_printf(t, "step %s has staged line edits of it", old->step);
    if (change->action == TFHOOK_CHANGE_EDIT && old->action == TFHOOK_CHANGE_WRITE)
        change->action = TFHOOK_CHANGE_WRITE;
    if (change->mode < 0)
        change->mode = old->mode;
    change->secret |= old->secret;
    *old = *change;
    return NULL;
}

/* The change, whose content is that with the change made; one that changes nothing is dropped. */
static int add_change(struct testhost *t, const char *path, const struct change *change)
{
    struct change *staged = testhost_staged(t, change->real);
    struct change added = *change;
    if (staged == NULL) {
        LIST_PUSH(t, t->stage, added);
        staged = &t->stage.items[t->stage.count - 1];
    } else {
        const char *why = merge_change(t, staged, &added);
        if (why != NULL)
            return testhost_misused(t, "it cannot stage %s: %s", path, why);
    }
    bool has_content =
        staged->action == TFHOOK_CHANGE_WRITE || staged->action == TFHOOK_CHANGE_EDIT;
    staged->new_sha256 =
        has_content ? testhost_sha256(t, staged->content.data, staged->content.size) : NULL;
    bool same = has_content && staged->existed && staged->old_sha256 != NULL &&
                strcmp(staged->old_sha256, staged->new_sha256) == 0 &&
                (staged->mode < 0 || staged->mode == staged->old_mode);
    if (same || (staged->action == TFHOOK_CHANGE_REMOVE && !staged->existed)) {
        size_t at = (size_t)(staged - t->stage.items);
        t->stage.count--;
        memmove(staged, staged + 1, (t->stage.count - at) * sizeof *staged);
    }
    return 0;
}

static int host_directory(const struct tfhook_host *host, const char *path, int mode);

static int make_parents(const struct tfhook_host *host, const char *path, const char *real)
{
    struct testhost *t = host_of(host);
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0)
        return 0; /* tfhook makes the plugin's own folder */
    const char *parent = testhost_parent(t, real);
    const struct node *node = testhost_node(t, parent);
    if (testhost_staged(t, parent) != NULL)
        return 0;
    if (node != NULL)
        return node->kind == NODE_DIRECTORY ? 0 : -ENOTDIR;
    return host_directory(host, parent, 0755);
}

static int host_directory(const struct tfhook_host *host, const char *path, int mode)
{
    struct testhost *t = host_of(host);
    struct change change;
    if (mode < -1 || mode > 07777)
        return testhost_misused(t, "the mode %o for %s", (unsigned)mode, path);
    int rc = begin_change(t, path, TFHOOK_CHANGE_DIRECTORY, &change);
    if (rc < 0)
        return rc;
    const struct change *staged = testhost_staged(t, change.real);
    if (staged != NULL)
        return staged->action == TFHOOK_CHANGE_DIRECTORY ? 0 : -ENOTDIR;
    if (change.existed)
        return testhost_node(t, change.real)->kind == NODE_DIRECTORY ? 0 : -ENOTDIR;
    rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.mode = mode < 0 ? 0755 : mode;
    return add_change(t, path, &change);
}

static int host_write(const struct tfhook_host *host, const char *path, const void *data,
                      size_t size, int mode, unsigned flags)
{
    struct testhost *t = host_of(host);
    struct change change;
    if ((flags & ~TFHOOK_SECRET) != 0)
        return testhost_misused(t, "unknown flags 0x%x for %s", flags, path);
    if (mode < -1 || mode > 07777)
        return testhost_misused(t, "the mode %o for %s", (unsigned)mode, path);
    if (data == NULL && size > 0)
        return testhost_misused(t, "content that is NULL for %s", path);
    if (size > LIMIT_FILE)
        return -EFBIG;
    int rc = begin_change(t, path, TFHOOK_CHANGE_WRITE, &change);
    if (rc == 0)
        rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.content = testhost_copy(t, data, size);
    change.mode = mode;
    change.secret = (flags & TFHOOK_SECRET) != 0;
    return add_change(t, path, &change);
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
        return testhost_misused(t, "an edit of %s with neither an old nor a new line", path);
    if (!is_one_line(old_line) || !is_one_line(new_line) || !is_one_line(anchor))
        return testhost_misused(t, "an edit of %s with more than one line", path);
    struct change change;
    int rc = begin_change(t, path, TFHOOK_CHANGE_EDIT, &change);
    if (rc < 0)
        return rc;
    if (!is_there(t, &change))
        return -ENOENT;
    struct tfhook_data before;
    rc = host->read(host, path, 0, &before);
    if (rc < 0)
        return rc;
    const char *why = NULL;
    if (testhost_edit_text(t, &before, old_line, new_line, anchor, &change.content, &why) < 0)
        return testhost_misused(t, "it cannot stage %s: %s", path, why);
    return add_change(t, path, &change);
}

static int host_remove(const struct tfhook_host *host, const char *path)
{
    struct testhost *t = host_of(host);
    struct change change;
    int rc = begin_change(t, path, TFHOOK_CHANGE_REMOVE, &change);
    if (rc < 0)
        return rc;
    return is_there(t, &change) ? add_change(t, path, &change) : -ENOENT;
}

TFHOOK_PRINTF(3, 4)
static void host_summary(const struct tfhook_host *host, const char *path, const char *format, ...)
{
    struct testhost *t = host_of(host);
    const char *real = NULL;
    va_list args;
    va_start(args, format);
    struct pair summary = {NULL, testhost_vprintf(t, format, args), 0};
    va_end(args);
    if (testhost_resolve(t, path, &real) < 0)
        return;
    summary.name = real;
    LIST_PUSH(t, t->summaries, summary);
}

static int host_publish(const struct tfhook_host *host, const char *path, const void *data,
                        size_t size)
{
    struct testhost *t = host_of(host);
    const char *real = NULL;
    if (!t->may_publish)
        return testhost_misused(t, "it publishes %s outside of verify", path);
    int rc = testhost_resolve(t, path, &real);
    if (rc < 0)
        return rc;
    LIST_PUSH(t, t->published,
              ((struct pair){real, (const char *)testhost_copy(t, data, size).data, 0}));
    return 0;
}

static int host_staged(const struct tfhook_host *host, size_t index, struct tfhook_staged *ret)
{
    struct testhost *t = host_of(host);
    const char *notes = NULL;
    size_t size = ret->struct_size;
    if (size < sizeof size || size > 64 * sizeof *ret)
        return testhost_misused(t, "struct_size of a struct tfhook_staged is not set");
    (void)testhost_resolve(t, TFHOOK_NOTES "x", &notes);
    notes = testhost_parent(t, notes);
    for (size_t i = 0; i < t->stage.count; i++) {
        const struct change *change = &t->stage.items[i];
        if (strcmp(testhost_parent(t, change->real), notes) == 0 || index-- > 0)
            continue;
        const struct tfhook_staged out = {.struct_size = size,
                                          .action = change->action,
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

void testhost_table_stage(struct tfhook_host *table)
{
    table->write = host_write;
    table->edit = host_edit;
    table->remove = host_remove;
    table->directory = host_directory;
    table->summary = host_summary;
    table->publish = host_publish;
    table->staged = host_staged;
}

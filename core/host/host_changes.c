/* The host functions by which a plugin proposes changes. */
#include "file.h"
#include "host_context.h"

#include <errno.h>
#include <string.h>

/* Of what this step read last of the file; NULL when it has not. */
static const char *seen_sha256(const struct host_context *context, const char *real)
{
    for (size_t i = context->seen_count; i > 0; i--)
        if (strcmp(context->seen[i - 1].real, real) == 0)
            return context->seen[i - 1].sha256;
    return NULL;
}

/* Fills in what every change has; the kind of what is on the disk decides whether it may be. */
static int begin_change(struct host_context *context, const char *path, enum action action,
                        struct change *ret)
{
    if (!context->may_stage)
        return host_misuse(context, "it stages a change outside of plan");
    struct change change = {
        .action = action, .step = context->step->name, .path = path, .mode = -1};
    int rc = host_resolve(context, path, &change.real);
    if (rc < 0)
        return rc;
    const struct change *staged = change_set_find(context->changes, change.real);
    struct stat st;
    change.existed = staged != NULL ? staged->existed : host_lstat(context, change.real, &st) == 0;
    if (staged != NULL) {
        change.old_sha256 = staged->old_sha256;
        change.old_mode = staged->old_mode;
    } else if (change.existed && S_ISDIR(st.st_mode) != (action == ACTION_DIRECTORY)) {
        return action == ACTION_DIRECTORY ? -ENOTDIR : -EISDIR;
    } else if (change.existed && action != ACTION_DIRECTORY) {
        change.old_mode = (int)(st.st_mode & 07777);
        change.old_sha256 = seen_sha256(context, change.real);
        if (change.old_sha256 == NULL)
            return host_misuse(context, "it stages %s, which it has not read", path);
    }
    bool is_there = staged != NULL ? staged->action != ACTION_REMOVE : change.existed;
    if (!is_there && (action == ACTION_EDIT || action == ACTION_REMOVE))
        return -ENOENT;
    *ret = change;
    return 0;
}

/* Into the child's own change set, and up to the parent. */
static int stage_change(struct host_context *context, const struct change *change)
{
    const char *why = NULL;
    struct record record = {RECORD_CHANGE, .change = *change};
    if (change_set_add(context->changes, change, &why) < 0)
        return host_misuse(context, "it cannot stage %s: %s", change->path, why);
    if (change->action == ACTION_EDIT)
        record.change.content = (struct blob){0}; /* the parent edits the file as it is then */
    host_send(context, &record);
    for (size_t i = 0; i < change->edits.count; i++)
        host_send(context, &(struct record){RECORD_EDIT, .edit = change->edits.items[i]});
    return 0;
}

static bool is_mode(int mode)
{
    return mode >= -1 && mode <= 07777;
}

/* A plugin's own folder is the core's to make. */
static int make_parent(const struct tfhook_host *host, const char *path, const char *real)
{
    struct host_context *context = host->core;
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0)
        return 0;
    const char *parent = file_parent(context->mem, real);
    if (change_set_find(context->changes, parent) != NULL)
        return 0;
    return host->directory(host, root_inside(&context->environment->root, parent), 0755);
}

/* And those above it that are not there. */
static int host_directory(const struct tfhook_host *host, const char *path, int mode)
{
    struct host_context *context = host->core;
    struct change change;
    if (!is_mode(mode))
        return host_misuse(context, "the mode %o for %s", (unsigned)mode, path);
    int rc = begin_change(context, path, ACTION_DIRECTORY, &change);
    if (rc < 0)
        return rc;
    const struct change *staged = change_set_find(context->changes, change.real);
    if (staged != NULL)
        return staged->action == ACTION_DIRECTORY ? 0 : -ENOTDIR;
    if (change.existed)
        return 0;
    rc = make_parent(host, path, change.real);
    if (rc < 0)
        return rc;
    change.mode = mode < 0 ? 0755 : mode;
    return stage_change(context, &change);
}

static int host_write(const struct tfhook_host *host, const char *path, const void *data,
                      size_t size, int mode, unsigned flags)
{
    struct host_context *context = host->core;
    struct change change;
    if ((flags & ~TFHOOK_SECRET) != 0)
        return host_misuse(context, "unknown flags 0x%x for %s", flags, path);
    if (!is_mode(mode))
        return host_misuse(context, "the mode %o for %s", (unsigned)mode, path);
    if (data == NULL && size > 0)
        return host_misuse(context, "content that is NULL for %s", path);
    if (size > FILE_LIMIT)
        return -EFBIG;
    int rc = begin_change(context, path, ACTION_WRITE, &change);
    if (rc == 0)
        rc = make_parent(host, path, change.real);
    if (rc < 0)
        return rc;
    change.content = (struct blob){mem_copy(context->mem, data, size), size};
    change.mode = mode;
    change.secret = (flags & TFHOOK_SECRET) != 0;
    return stage_change(context, &change);
}

static bool is_one_line(const char *text)
{
    return text == NULL || strchr(text, '\n') == NULL;
}

static const char *copy_line(struct mem *mem, const char *line)
{
    return line == NULL ? NULL : mem_str(mem, line);
}

static int host_edit(const struct tfhook_host *host, const char *path, const char *old_line,
                     const char *new_line, const char *anchor)
{
    struct host_context *context = host->core;
    struct mem *mem = context->mem;
    struct change change;
    struct tfhook_data data;
    if (old_line == NULL && new_line == NULL)
        return host_misuse(context, "an edit of %s with neither an old nor a new line", path);
    if (!is_one_line(old_line) || !is_one_line(new_line) || !is_one_line(anchor))
        return host_misuse(context, "an edit of %s with more than one line", path);
    int rc = begin_change(context, path, ACTION_EDIT, &change);
    /* The content that is edited: what this step read, or what is staged. */
    if (rc == 0)
        rc = host->read(host, path, 0, &data);
    if (rc < 0)
        return rc;
    change.content = (struct blob){data.data, data.size};
    *mem_push(mem, change.edits.items, change.edits.count) =
        (struct edit){.old_line = copy_line(mem, old_line),
                      .new_line = copy_line(mem, new_line),
                      .anchor = copy_line(mem, anchor)};
    return stage_change(context, &change);
}

static int host_remove(const struct tfhook_host *host, const char *path)
{
    struct change change;
    int rc = begin_change(host->core, path, ACTION_REMOVE, &change);
    return rc < 0 ? rc : stage_change(host->core, &change);
}

TFHOOK_PRINTF(3, 4)
static void host_summary(const struct tfhook_host *host, const char *path, const char *format, ...)
{
    struct host_context *context = host->core;
    const char *text;
    MEM_FORMAT(context->mem, format, text);
    host_send(context, &(struct record){RECORD_SUMMARY, .summary = {path, text}});
}

static int host_publish(const struct tfhook_host *host, const char *path, const void *data,
                        size_t size)
{
    struct host_context *context = host->core;
    const char *real = NULL;
    if (!context->may_publish)
        return host_misuse(context, "it publishes %s outside of verify", path);
    int rc = host_resolve(context, path, &real);
    if (rc < 0)
        return rc;
    const struct blob content = {size > 0 ? data : (const unsigned char *)"", size};
    host_send(context,
              &(struct record){RECORD_PUBLISH, .change = {.path = path, .content = content}});
    return 0;
}

static int host_staged(const struct tfhook_host *host, size_t index, struct tfhook_staged *ret)
{
    _Static_assert((int)ACTION_DIRECTORY == (int)TFHOOK_CHANGE_DIRECTORY, "both in one order");
    const struct host_context *context = host->core;
    const char *notes = mem_printf(context->mem, "%s/notes/", context->environment->state_dir);
    for (size_t i = 0; i < context->changes->count; i++) {
        const struct change *change = &context->changes->items[i];
        if (strncmp(change->real, notes, strlen(notes)) == 0 || index-- > 0)
            continue;
        const struct tfhook_staged out = {
            .action = (enum tfhook_action)change->action,
            .secret = change->secret,
            .path = root_inside(&context->environment->root, change->real),
            .step = change->step,
            .old_sha256 = change->old_sha256,
            .new_sha256 = change->new_sha256};
        return host_give(host->core, ret, &out, sizeof out, "tfhook_staged");
    }
    return -ENOENT;
}

void host_add_changes(struct tfhook_host *ret)
{
    ret->write = host_write;
    ret->edit = host_edit;
    ret->remove = host_remove;
    ret->directory = host_directory;
    ret->summary = host_summary;
    ret->publish = host_publish;
    ret->staged = host_staged;
}

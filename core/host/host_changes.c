/* The host functions by which a plugin proposes changes. */
#include "file.h"
#include "host_context.h"
#include "host_functions.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

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
    } else if (change.existed && action != ACTION_DIRECTORY) {
        if (S_ISDIR(st.st_mode))
            return -EISDIR;
        change.old_mode = (int)(st.st_mode & 07777);
        change.old_sha256 = seen_sha256(context, change.real);
        if (change.old_sha256 == NULL)
            return host_misuse(context, "it stages %s, which it has not read", path);
    }
    *ret = change;
    return 0;
}

/* For who looks now: on the disk, or staged; and not staged to go. */
static bool is_there(const struct host_context *context, const struct change *change)
{
    const struct change *staged = change_set_find(context->changes, change->real);
    return staged != NULL ? staged->action != ACTION_REMOVE : change->existed;
}

static int add_change(struct host_context *context, const struct change *change)
{
    const char *why = NULL;
    if (change_set_add(context->changes, change, &why) < 0)
        return host_misuse(context, "it cannot stage %s: %s", change->path, why);
    return 0;
}

static int make_parents(const struct tfhook_host *host, const char *path, const char *real);

static int host_directory(const struct tfhook_host *host, const char *path, int mode)
{
    struct host_context *context = host->core;
    struct change change;
    if (mode < -1 || mode > 07777)
        return host_misuse(context, "the mode %o for %s", (unsigned)mode, path);
    int rc = begin_change(context, path, ACTION_DIRECTORY, &change);
    if (rc < 0)
        return rc;
    const struct change *staged = change_set_find(context->changes, change.real);
    if (staged != NULL)
        return staged->action == ACTION_DIRECTORY ? 0 : -ENOTDIR;
    struct stat st;
    if (change.existed)
        return host_lstat(context, change.real, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.mode = mode < 0 ? 0755 : mode;
    rc = add_change(context, &change);
    if (rc < 0)
        return rc;
    host_send(context, RECORD_DIRECTORY, text_field(path), NUMBER_FIELD(change.mode));
    return 0;
}

static int make_parents(const struct tfhook_host *host, const char *path, const char *real)
{
    struct host_context *context = host->core;
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0)
        return 0; /* the core makes the plugin's own folder */
    const char *parent = file_parent(context->mem, real);
    struct stat st;
    if (change_set_find(context->changes, parent) != NULL)
        return 0;
    int rc = host_lstat(context, parent, &st);
    if (rc == 0)
        return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    return rc == -ENOENT
               ? host_directory(host, root_inside(&context->environment->root, parent), 0755)
               : rc;
}

static int host_write(const struct tfhook_host *host, const char *path, const void *data,
                      size_t size, int mode, unsigned flags)
{
    struct host_context *context = host->core;
    struct change change;
    if ((flags & ~TFHOOK_SECRET) != 0)
        return host_misuse(context, "unknown flags 0x%x for %s", flags, path);
    if (mode < -1 || mode > 07777)
        return host_misuse(context, "the mode %o for %s", (unsigned)mode, path);
    if (data == NULL && size > 0)
        return host_misuse(context, "content that is NULL for %s", path);
    if (size > FILE_LIMIT)
        return -EFBIG;
    int rc = begin_change(context, path, ACTION_WRITE, &change);
    if (rc < 0)
        return rc;
    rc = make_parents(host, path, change.real);
    if (rc < 0)
        return rc;
    change.content = (struct blob){mem_copy(context->mem, data, size), size};
    change.mode = mode;
    change.secret = (flags & TFHOOK_SECRET) != 0;
    rc = add_change(context, &change);
    if (rc < 0)
        return rc;
    host_send(context, RECORD_WRITE, text_field(path), text_field(change.old_sha256),
              bytes_field(change.content.data, change.content.size), NUMBER_FIELD(mode),
              NUMBER_FIELD(flags));
    return 0;
}

static bool is_one_line(const char *text)
{
    return text == NULL || strchr(text, '\n') == NULL;
}

static int host_edit(const struct tfhook_host *host, const char *path, const char *old_line,
                     const char *new_line, const char *anchor)
{
    struct host_context *context = host->core;
    if (old_line == NULL && new_line == NULL)
        return host_misuse(context, "an edit of %s with neither an old nor a new line", path);
    if (!is_one_line(old_line) || !is_one_line(new_line) || !is_one_line(anchor))
        return host_misuse(context, "an edit of %s with more than one line", path);
    struct change change;
    int rc = begin_change(context, path, ACTION_EDIT, &change);
    if (rc < 0)
        return rc;
    if (!is_there(context, &change))
        return -ENOENT;
    /* The content that is edited: what this step read, or what is staged. */
    struct tfhook_data data;
    rc = host->read(host, path, 0, &data);
    if (rc < 0)
        return rc;
    change.content = (struct blob){data.data, data.size};
    *mem_push(context->mem, change.edits.items, change.edits.count) =
        (struct edit){.old_line = old_line == NULL ? NULL : mem_str(context->mem, old_line),
                      .new_line = new_line == NULL ? NULL : mem_str(context->mem, new_line),
                      .anchor = anchor == NULL ? NULL : mem_str(context->mem, anchor)};
    rc = add_change(context, &change);
    if (rc < 0)
        return rc;
    host_send(context, RECORD_EDIT, text_field(path), text_field(change.old_sha256),
              text_field(old_line), text_field(new_line), text_field(anchor));
    return 0;
}

static int host_remove(const struct tfhook_host *host, const char *path)
{
    struct host_context *context = host->core;
    struct change change;
    int rc = begin_change(context, path, ACTION_REMOVE, &change);
    if (rc < 0)
        return rc;
    if (!is_there(context, &change))
        return -ENOENT;
    rc = add_change(context, &change);
    if (rc < 0)
        return rc;
    host_send(context, RECORD_REMOVE, text_field(path), text_field(change.old_sha256));
    return 0;
}

TFHOOK_PRINTF(3, 4)
static void host_summary(const struct tfhook_host *host, const char *path, const char *format, ...)
{
    struct host_context *context = host->core;
    va_list args;
    va_start(args, format);
    struct mem scratch = {0}; /* a plugin may have ten thousand lines */
    host_send(context, RECORD_SUMMARY, text_field(path),
              text_field(mem_vprintf(&scratch, format, args)));
    va_end(args);
    mem_free(&scratch);
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
    host_send(context, RECORD_PUBLISH, text_field(path), bytes_field(size > 0 ? data : "", size));
    return 0;
}

static int host_staged(const struct tfhook_host *host, size_t index, struct tfhook_staged *ret)
{
    static const enum tfhook_action actions[] = {[ACTION_WRITE] = TFHOOK_CHANGE_WRITE,
                                                 [ACTION_EDIT] = TFHOOK_CHANGE_EDIT,
                                                 [ACTION_REMOVE] = TFHOOK_CHANGE_REMOVE,
                                                 [ACTION_DIRECTORY] = TFHOOK_CHANGE_DIRECTORY};
    const struct host_context *context = host->core;
    const char *notes = mem_printf(context->mem, "%s/notes/", context->environment->state_dir);
    size_t size = ret->struct_size;
    if (size < sizeof ret->struct_size || size > 64 * sizeof *ret)
        return host_misuse(host->core, "struct_size of a struct tfhook_staged is not set");
    for (size_t i = 0; i < context->changes->count; i++) {
        const struct change *change = &context->changes->items[i];
        if (strncmp(change->real, notes, strlen(notes)) == 0 || index-- > 0)
            continue;
        const struct tfhook_staged out = {
            .struct_size = size,
            .action = actions[change->action],
            .secret = change->secret,
            .path = root_inside(&context->environment->root, change->real),
            .step = change->step,
            .old_sha256 = change->old_sha256,
            .new_sha256 = change->new_sha256};
        memcpy(ret, &out, size < sizeof out ? size : sizeof out);
        return 0;
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

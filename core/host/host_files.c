/* The host functions by which a plugin looks at files, as they are with what is staged. */
#include "digest.h"
#include "file.h"
#include "host_context.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What a plan has read it may stage. The digest is made at once: the plugin may wipe what it got.
 */
static void remember_seen(struct host_context *context, const char *real,
                          const struct blob *content)
{
    if (!context->may_stage)
        return;
    struct seen_file *seen = mem_push(context->mem, context->seen, context->seen_count);
    seen->real = real;
    seen->sha256 = digest(context->mem, content->data, content->size);
}

static int host_read(const struct tfhook_host *host, const char *path, size_t limit,
                     struct tfhook_data *ret)
{
    struct host_context *context = host->core;
    const char *real = NULL;
    int rc = host_resolve(context, path, &real);
    if (rc < 0)
        return rc;
    limit = limit == 0 || limit > FILE_LIMIT ? FILE_LIMIT : limit;
    const struct change *staged = change_set_find(context->changes, real);
    struct blob content = {0};
    if (staged != NULL) {
        if (staged->action == ACTION_REMOVE)
            return -ENOENT;
        if (staged->action == ACTION_DIRECTORY)
            return -EISDIR;
        if (staged->content.size > limit)
            return -EFBIG;
        content = staged->content;
    } else {
        do
            rc = file_read(context->mem, real, limit, &content);
        while (host_retries_as_root(context, rc));
        if (rc < 0)
            return rc;
        remember_seen(context, real, &content);
    }
    *ret = (struct tfhook_data){content.data, content.size};
    return 0;
}

/* Lays what is staged over the names of the directory `real`. */
static struct names overlay_names(struct host_context *context, const char *real,
                                  const struct names *disk)
{
    struct names names = {0};
    const struct change_set *changes = context->changes;
    size_t size = strlen(real) - (real[strlen(real) - 1] == '/');
    for (size_t i = 0; i < disk->count; i++)
        if (change_set_find(changes, mem_printf(context->mem, "%.*s/%s", (int)size, real,
                                                disk->names[i])) == NULL)
            names_add(context->mem, &names, disk->names[i]);
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *staged = &changes->items[i];
        const char *rest = strncmp(staged->real, real, size) == 0 ? staged->real + size : "";
        if (staged->action != ACTION_REMOVE && rest[0] == '/' && strchr(rest + 1, '/') == NULL)
            names_add(context->mem, &names, rest + 1);
    }
    names_sort(&names);
    return names;
}

static int host_list(const struct tfhook_host *host, const char *path, struct tfhook_names *ret)
{
    struct host_context *context = host->core;
    const char *real = NULL;
    int rc = host_resolve(context, path, &real);
    if (rc < 0)
        return rc;
    struct names disk = {0};
    const struct change *staged = change_set_find(context->changes, real);
    if (staged != NULL && staged->action != ACTION_DIRECTORY)
        return staged->action == ACTION_REMOVE ? -ENOENT : -ENOTDIR;
    do
        rc = file_list(context->mem, real, &disk);
    while (host_retries_as_root(context, rc));
    if (rc < 0 && !(rc == -ENOENT && staged != NULL))
        return rc;
    struct names names = overlay_names(context, real, &disk);
    *ret = host_names(&names);
    return 0;
}

/* What a staged change makes of the stat of what is on the disk. */
static int overlay_stat(const struct host_context *context, const struct change *staged,
                        struct stat *st, int rc)
{
    if (staged->action == ACTION_REMOVE)
        return -ENOENT;
    if (rc < 0) {
        bool directory = staged->action == ACTION_DIRECTORY;
        *st = (struct stat){.st_mode = directory ? S_IFDIR | 0755 : S_IFREG | 0644,
                            .st_uid = getuid(),
                            .st_gid = getgid(),
                            .st_nlink = 1};
    }
    if (staged->mode >= 0)
        st->st_mode = (st->st_mode & S_IFMT) | (mode_t)staged->mode;
    if (staged->action != ACTION_DIRECTORY) {
        st->st_size = (off_t)staged->content.size;
        st->st_mtim.tv_sec = (time_t)context->environment->now;
        st->st_ctim = st->st_mtim;
    }
    return 0;
}

static int host_stat(const struct tfhook_host *host, const char *path, struct tfhook_stat *ret)
{
    struct host_context *context = host->core;
    const char *real = NULL;
    int rc = host_resolve(context, path, &real);
    if (rc < 0)
        return rc;
    struct stat st = {0};
    rc = host_lstat(context, real, &st);
    const struct change *staged = change_set_find(context->changes, real);
    if (staged != NULL)
        rc = overlay_stat(context, staged, &st, rc);
    if (rc < 0)
        return rc;
    struct tfhook_stat out = {.kind = S_ISREG(st.st_mode)   ? TFHOOK_FILE
                                      : S_ISDIR(st.st_mode) ? TFHOOK_DIRECTORY
                                                            : TFHOOK_OTHER,
                              .mode = st.st_mode & 07777,
                              .uid = st.st_uid,
                              .gid = st.st_gid,
                              .size = (uint64_t)st.st_size,
                              .mtime_sec = st.st_mtim.tv_sec,
                              .links = st.st_nlink,
                              .ctime_sec = st.st_ctim.tv_sec};
    return host_give(context, ret, &out, sizeof out, "tfhook_stat");
}

static int host_os_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    return host_resolve(host->core, path, ret);
}

static int host_real_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    struct host_context *context = host->core;
    const char *real = NULL;
    int rc = host_resolve(context, path, &real);
    if (rc == 0)
        *ret = root_inside(&context->environment->root, real);
    return rc;
}

void host_add_files(struct tfhook_host *ret)
{
    ret->read = host_read;
    ret->list = host_list;
    ret->stat = host_stat;
    ret->real_path = host_real_path;
    ret->os_path = host_os_path;
}

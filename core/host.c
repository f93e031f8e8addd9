#include "host.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct guest *guest_of(const struct tfhook_host *host)
{
    return host->core;
}

int guest_misuse(struct guest *guest, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (guest->misuse == NULL)
        guest->misuse = mem_vprintf(guest->mem, format, args);
    va_end(args);
    return -EINVAL;
}

void guest_send(struct guest *guest, const struct record *record)
{
    /* The parent is gone, or has had enough of this child: nobody will read what follows. */
    if (record_send(guest->fd, record, NULL) < 0)
        _exit(1);
}

int guest_resolve(struct guest *guest, const char *path, const char **ret)
{
    if (path == NULL)
        return guest_misuse(guest, "a path that is NULL");
    int rc = world_resolve(guest->world, guest->mem, guest->step->plugin, path, ret);
    if (rc == -EINVAL)
        rc = guest_misuse(guest, "the path \"%s\" is neither absolute nor a note's name", path);
    return rc;
}

/* --- configuration --- */

const struct setting *guest_setting(struct guest *guest, const char *key)
{
    const struct setting *found = settings_find(guest->settings, key);
    if (found == NULL)
        (void)guest_misuse(guest, "it asks for the key %s, which it does not declare", key);
    return found;
}

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = guest_setting(host->core, key);
    return found == NULL ? NULL : found->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    static const char *const none[] = {NULL};
    const struct setting *found = guest_setting(host->core, key);
    if (found == NULL || found->items.count == 0)
        return (struct tfhook_names){none, 0};
    return (struct tfhook_names){found->items.names, found->items.count};
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    const struct setting *found = guest_setting(host->core, key);
    return found == NULL ? 0 : found->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

/* --- looking at files --- */

/* What a plan has read it may stage. The digest is made at once: the plugin may wipe what it got.
 */
static void remember_seen(struct guest *guest, const char *real, const struct blob *content)
{
    if (!guest->may_stage)
        return;
    struct seen_file *seen = mem_push(guest->mem, guest->seen, guest->seen_count);
    seen->real = real;
    digest_make(content->data, content->size, seen->sha256);
}

static int host_read(const struct tfhook_host *host, const char *path, size_t limit,
                     struct tfhook_data *ret)
{
    struct guest *guest = guest_of(host);
    const char *real = NULL;
    int rc = guest_resolve(guest, path, &real);
    if (rc < 0)
        return rc;
    limit = limit == 0 || limit > FILE_LIMIT ? FILE_LIMIT : limit;
    const struct change *staged = stage_find(guest->stage, real);
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
        rc = file_read(guest->mem, real, limit, &content);
        if (rc < 0)
            return rc;
        remember_seen(guest, real, &content);
    }
    *ret = (struct tfhook_data){content.data, content.size};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lays the stage over the names of the directory `real`. */
static struct names overlay_names(struct guest *guest, const char *real, const struct names *disk)
{
    struct names names = {0};
    for (size_t i = 0; i < disk->count; i++) {
        const struct change *staged = NULL;
        if (guest->stage->count > 0) /* nearly always nothing is, and folders may be large */
            staged =
                stage_find(guest->stage, mem_printf(guest->mem, "%s/%s", real, disk->names[i]));
        if (staged == NULL || staged->action != ACTION_REMOVE)
            names_add(guest->mem, &names, disk->names[i]);
    }
    for (size_t i = 0; i < guest->stage->count; i++) {
        const struct change *staged = &guest->stage->items[i];
        const char *name = strrchr(staged->real, '/') + 1;
        if (staged->action != ACTION_REMOVE && !names_have(&names, name) &&
            strcmp(file_parent(guest->mem, staged->real), real) == 0)
            names_add(guest->mem, &names, name);
    }
    if (names.count > 1)
        qsort(names.names, names.count, sizeof *names.names, by_name);
    return names;
}

static int host_list(const struct tfhook_host *host, const char *path, struct tfhook_names *ret)
{
    static const char *const none[] = {NULL};
    struct guest *guest = guest_of(host);
    const char *real = NULL;
    int rc = guest_resolve(guest, path, &real);
    if (rc < 0)
        return rc;
    struct names disk = {0};
    const struct change *staged = stage_find(guest->stage, real);
    if (staged != NULL && staged->action != ACTION_DIRECTORY)
        return staged->action == ACTION_REMOVE ? -ENOENT : -ENOTDIR;
    rc = file_list(guest->mem, real, &disk);
    if (rc < 0 && !(rc == -ENOENT && staged != NULL))
        return rc;
    struct names names = overlay_names(guest, real, &disk);
    *ret = (struct tfhook_names){names.count > 0 ? names.names : none, names.count};
    return 0;
}

/* What a staged change makes of the stat of what is on the disk. */
static int overlay_stat(const struct guest *guest, const struct change *staged, struct stat *st,
                        int rc)
{
    if (staged->action == ACTION_REMOVE)
        return -ENOENT;
    if (rc < 0) {
        bool directory = staged->action == ACTION_DIRECTORY;
        *st = (struct stat){.st_mode = directory ? S_IFDIR | 0755 : S_IFREG | 0644,
                            .st_uid = geteuid(),
                            .st_gid = getegid(),
                            .st_nlink = 1};
    }
    if (staged->mode >= 0)
        st->st_mode = (st->st_mode & S_IFMT) | (mode_t)staged->mode;
    if (staged->action != ACTION_DIRECTORY) {
        st->st_size = (off_t)staged->content.size;
        st->st_mtim.tv_sec = (time_t)guest->world->now;
        st->st_ctim = st->st_mtim;
    }
    return 0;
}

static int host_stat(const struct tfhook_host *host, const char *path, struct tfhook_stat *ret)
{
    struct guest *guest = guest_of(host);
    const char *real = NULL;
    int rc = guest_resolve(guest, path, &real);
    if (rc < 0)
        return rc;
    struct stat st = {0};
    rc = lstat(real, &st) < 0 ? -errno : 0;
    const struct change *staged = stage_find(guest->stage, real);
    if (staged != NULL)
        rc = overlay_stat(guest, staged, &st, rc);
    if (rc < 0)
        return rc;
    struct tfhook_stat out = {.struct_size = ret->struct_size,
                              .kind = S_ISREG(st.st_mode)   ? TFHOOK_FILE
                                      : S_ISDIR(st.st_mode) ? TFHOOK_DIRECTORY
                                                            : TFHOOK_OTHER,
                              .mode = st.st_mode & 07777,
                              .uid = st.st_uid,
                              .gid = st.st_gid,
                              .size = (uint64_t)st.st_size,
                              .mtime_sec = st.st_mtim.tv_sec,
                              .links = st.st_nlink,
                              .ctime_sec = st.st_ctim.tv_sec};
    if (ret->struct_size < sizeof out.struct_size || ret->struct_size > 64 * sizeof out)
        return guest_misuse(guest, "struct_size of a struct tfhook_stat is not set");
    memcpy(ret, &out, ret->struct_size < sizeof out ? ret->struct_size : sizeof out);
    return 0;
}

static int host_os_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    return guest_resolve(guest_of(host), path, ret);
}

static int host_real_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    const char *real = NULL;
    int rc = guest_resolve(guest_of(host), path, &real);
    if (rc == 0)
        *ret = root_inside(&guest_of(host)->world->root, real);
    return rc;
}

void host_table(struct guest *guest, struct tfhook_host *ret)
{
    *ret = (struct tfhook_host){
        .size = sizeof *ret,
        .minor = TFHOOK_API_MINOR,
        .core = guest,
        .step = guest->step->name,
        .hook = guest->hook,
        .hostname = guest->world->hostname,
        .short_name = guest->world->short_name,
        .now = guest->world->now,
        .root = guest->world->root.dir,
        .value = host_value,
        .items = host_items,
        .number = host_number,
        .flag = host_flag,
        .read = host_read,
        .list = host_list,
        .stat = host_stat,
        .real_path = host_real_path,
        .os_path = host_os_path,
        .log_level = guest->log_level,
    };
    host_table_report(ret);
    host_table_stage(ret);
    host_table_probe(ret);
    host_table_process(ret);
}

void guest_end(struct guest *guest, int result)
{
    struct record record = {.type = RECORD_END};
    if (guest->misuse != NULL) {
        result = TFHOOK_FAILED;
        guest->message = mem_printf(guest->mem, "the plugin %s misuses its interface: %s",
                                    guest->step->plugin, guest->misuse);
    }
    record_add_number(&record, guest->mem, result);
    record_add_text(&record, guest->message);
    guest_send(guest, &record);
}

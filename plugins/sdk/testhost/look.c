/* The host functions that look at files, what is staged laid over them. */
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int see_node(struct testhost *t, const char *path, struct node *ret)
{
    const char *real = NULL;
    int rc = tree_resolve(t, path, &real);
    if (rc < 0)
        return rc;
    const struct node *node = tree_find(t, real);
    const struct change *staged = change_set_find(&t->call.changes, real);
    if (staged == NULL ? node == NULL : staged->action == ACTION_REMOVE)
        return -ENOENT;
    bool directory = staged != NULL && staged->action == ACTION_DIRECTORY;
    if (node != NULL)
        *ret = *node;
    else
        *ret = (struct node){.path = real,
                             .kind = directory ? TFHOOK_DIRECTORY : TFHOOK_FILE,
                             .mode = directory ? 0755 : 0644};
    if (staged == NULL)
        return 0;
    ret->error = 0;
    if (staged->mode >= 0)
        ret->mode = (unsigned)staged->mode;
    if (!directory) {
        ret->content = staged->content;
        ret->changed = t->table.now;
    }
    return 0;
}

static int host_read(const struct tfhook_host *host, const char *path, size_t limit,
                     struct tfhook_data *ret)
{
    struct testhost *t = host_of(host);
    struct node node;
    int rc = see_node(t, path, &node);
    if (rc < 0)
        return rc;
    if (node.error != 0)
        return -node.error;
    if (node.kind != TFHOOK_FILE)
        return node.kind == TFHOOK_DIRECTORY ? -EISDIR : -EINVAL;
    if (node.content.size > (limit == 0 || limit > LIMIT_FILE ? LIMIT_FILE : limit))
        return -EFBIG;
    if (t->call.may_stage && change_set_find(&t->call.changes, node.path) == NULL)
        pairs_add(t, &t->call.seen, node.path,
                  digest(&t->mem, node.content.data, node.content.size));
    /* A copy, so that a plugin may wipe what it got. */
    struct blob copy = copy_bytes(t, node.content.data, node.content.size);
    *ret = (struct tfhook_data){copy.data, copy.size};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the name that `path` has in the directory `real`, when it is there. */
static void add_name_in(struct testhost *t, const char *real, const char *path, struct names *names)
{
    size_t size = strcmp(real, "/") == 0 ? 0 : strlen(real);
    if (strncmp(path, real, size) == 0 && path[size] == '/' && path[size + 1] != '\0' &&
        strchr(path + size + 1, '/') == NULL)
        names_add(&t->mem, names, mem_str(&t->mem, path + size + 1));
}

static int host_list(const struct tfhook_host *host, const char *path, struct tfhook_names *ret)
{
    struct testhost *t = host_of(host);
    struct node node;
    struct names names = {0};
    int rc = see_node(t, path, &node);
    if (rc < 0)
        return rc;
    if (node.error != 0 || node.kind != TFHOOK_DIRECTORY)
        return node.error != 0 ? -node.error : -ENOTDIR;
    for (size_t i = 0; i < t->node_count; i++)
        if (change_set_find(&t->call.changes, t->nodes[i].path) == NULL)
            add_name_in(t, node.path, t->nodes[i].path, &names);
    for (size_t i = 0; i < t->call.changes.count; i++)
        if (t->call.changes.items[i].action != ACTION_REMOVE)
            add_name_in(t, node.path, t->call.changes.items[i].real, &names);
    if (names.count > 1)
        qsort(names.names, names.count, sizeof *names.names, by_name);
    *ret = names_for_plugin(&names);
    return 0;
}

static int host_stat(const struct tfhook_host *host, const char *path, struct tfhook_stat *ret)
{
    struct testhost *t = host_of(host);
    struct node node;
    int rc = see_node(t, path, &node);
    if (rc == 0)
        rc = check_size(t, ret->struct_size, sizeof *ret, "tfhook_stat");
    if (rc < 0)
        return rc;
    size_t size = ret->struct_size;
    const struct tfhook_stat out = {.struct_size = size,
                                    .kind = node.kind,
                                    .mode = node.mode,
                                    .uid = node.uid,
                                    .gid = node.gid,
                                    .size = node.content.size,
                                    .mtime_sec = node.changed,
                                    .links = 1,
                                    .ctime_sec = node.changed};
    memcpy(ret, &out, size < sizeof out ? size : sizeof out);
    return 0;
}

static int host_real_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    return tree_resolve(host_of(host), path, ret);
}

static int host_os_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    const char *real = NULL;
    int rc = tree_resolve(host_of(host), path, &real);
    if (rc == 0)
        *ret = mem_printf(&host_of(host)->mem, "%s%s", host->root, real);
    return rc;
}

void add_look_functions(struct tfhook_host *table)
{
    table->read = host_read;
    table->list = host_list;
    table->stat = host_stat;
    table->real_path = host_real_path;
    table->os_path = host_os_path;
}

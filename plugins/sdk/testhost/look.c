/* The host functions that look at files, the stage laid over them. */
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_node(const struct node *node, size_t limit, struct tfhook_data *ret)
{
    if (node == NULL)
        return -ENOENT;
    if (node->error != 0)
        return -node->error;
    if (node->kind == NODE_DIRECTORY)
        return -EISDIR;
    if (node->kind != NODE_FILE)
        return -EINVAL;
    if (node->content.size > limit)
        return -EFBIG;
    *ret = node->content;
    return 0;
}

static int host_read(const struct tfhook_host *host, const char *path, size_t limit,
                     struct tfhook_data *ret)
{
    struct testhost *t = host_of(host);
    const char *real = NULL;
    int rc = testhost_resolve(t, path, &real);
    if (rc < 0)
        return rc;
    limit = limit == 0 || limit > LIMIT_FILE ? LIMIT_FILE : limit;
    struct tfhook_data content = {NULL, 0};
    const struct change *staged = testhost_staged(t, real);
    if (staged == NULL) {
        rc = read_node(testhost_node(t, real), limit, &content);
        if (rc < 0)
            return rc;
        if (t->may_stage)
            LIST_PUSH(t, t->seen,
                      ((struct pair){real, testhost_sha256(t, content.data, content.size), 0}));
    } else if (staged->action == TFHOOK_CHANGE_REMOVE) {
        return -ENOENT;
    } else if (staged->action == TFHOOK_CHANGE_DIRECTORY) {
        return -EISDIR;
    } else {
        content = staged->content;
        if (content.size > limit)
            return -EFBIG;
    }
    /* A copy, so that a plugin may wipe what it got. */
    *ret = testhost_copy(t, content.data, content.size);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name that `path` has in the directory `real`; NULL when it is not there. */
static const char *name_in(const char *real, const char *path)
{
    size_t size = strcmp(real, "/") == 0 ? 0 : strlen(real);
    if (strncmp(path, real, size) != 0 || path[size] != '/' || path[size + 1] == '\0' ||
        strchr(path + size + 1, '/') != NULL)
        return NULL;
    return path + size + 1;
}

static int host_list(const struct tfhook_host *host, const char *path, struct tfhook_names *ret)
{
    static const char *const none[] = {NULL};
    struct testhost *t = host_of(host);
    const char *real = NULL;
    int rc = testhost_resolve(t, path, &real);
    if (rc < 0)
        return rc;
    const struct node *node = testhost_node(t, real);
    const struct change *staged = testhost_staged(t, real);
    if (staged != NULL && staged->action != TFHOOK_CHANGE_DIRECTORY)
        return staged->action == TFHOOK_CHANGE_REMOVE ? -ENOENT : -ENOTDIR;
    if (node == NULL && staged == NULL)
        return -ENOENT;
    if (node != NULL && node->error != 0)
        return -node->error;
    if (node != NULL && node->kind != NODE_DIRECTORY)
        return -ENOTDIR;
    LIST_OF(const char *) names = {NULL, 0, 0};
    for (size_t i = 0; i < t->nodes.count; i++) {
        const char *name = name_in(real, t->nodes.items[i].path);
        if (name != NULL && testhost_staged(t, t->nodes.items[i].path) == NULL)
            LIST_PUSH(t, names, testhost_text(t, name));
    }
    for (size_t i = 0; i < t->stage.count; i++) {
        const char *name = name_in(real, t->stage.items[i].real);
        if (name != NULL && t->stage.items[i].action != TFHOOK_CHANGE_REMOVE)
            LIST_PUSH(t, names, testhost_text(t, name));
    }
    if (names.count > 1)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    *ret = (struct tfhook_names){names.count > 0 ? names.items : none, names.count};
    return 0;
}

/* What a staged change makes of what is said of the node. */
static int lay_over(const struct testhost *t, const struct change *staged, bool is_there,
                    struct tfhook_stat *out)
{
    bool directory = staged->action == TFHOOK_CHANGE_DIRECTORY;
    if (staged->action == TFHOOK_CHANGE_REMOVE)
        return -ENOENT;
    if (!is_there)
        *out = (struct tfhook_stat){.kind = directory ? TFHOOK_DIRECTORY : TFHOOK_FILE,
                                    .mode = directory ? 0755 : 0644,
                                    .links = 1};
    if (staged->mode >= 0)
        out->mode = (unsigned)staged->mode;
    if (!directory) {
        out->size = staged->content.size;
        out->mtime_sec = out->ctime_sec = t->table.now;
    }
    return 0;
}

static int host_stat(const struct tfhook_host *host, const char *path, struct tfhook_stat *ret)
{
    static const enum tfhook_kind kinds[] = {[NODE_FILE] = TFHOOK_FILE,
                                             [NODE_DIRECTORY] = TFHOOK_DIRECTORY,
                                             [NODE_SPECIAL] = TFHOOK_OTHER,
                                             [NODE_LINK] = TFHOOK_OTHER};
    struct testhost *t = host_of(host);
    const char *real = NULL;
    int rc = testhost_resolve(t, path, &real);
    if (rc < 0)
        return rc;
    struct tfhook_stat out = {.struct_size = 0};
    const struct node *node = testhost_node(t, real);
    if (node != NULL)
        out = (struct tfhook_stat){.kind = kinds[node->kind],
                                   .mode = node->mode,
                                   .uid = node->uid,
                                   .gid = node->gid,
                                   .size = node->content.size,
                                   .mtime_sec = node->changed,
                                   .links = 1,
                                   .ctime_sec = node->changed};
    const struct change *staged = testhost_staged(t, real);
    rc = node == NULL ? -ENOENT : 0;
    if (staged != NULL)
        rc = lay_over(t, staged, node != NULL, &out);
    if (rc < 0)
        return rc;
    size_t size = ret->struct_size;
    if (size < sizeof size || size > 64 * sizeof out)
        return testhost_misused(t, "struct_size of a struct tfhook_stat is not set");
    out.struct_size = size;
    memcpy(ret, &out, size < sizeof out ? size : sizeof out);
    return 0;
}

static int host_real_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    return testhost_resolve(host_of(host), path, ret);
}

static int host_os_path(const struct tfhook_host *host, const char *path, const char **ret)
{
    const char *real = NULL;
    int rc = testhost_resolve(host_of(host), path, &real);
    if (rc == 0)
        *ret = testhost_printf(host_of(host), "%s%s", host->root, real);
    return rc;
}

void testhost_table_look(struct tfhook_host *table)
{
    table->read = host_read;
    table->list = host_list;
    table->stat = host_stat;
    table->real_path = host_real_path;
    table->os_path = host_os_path;
}

/* The files of the test: a list of nodes, each under its path without links. */
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define NOTES_DIR "/var/lib/tfhook/notes"

enum { LINKS_MAX = 40 };

struct node *tree_find(const struct testhost *t, const char *real)
{
    for (size_t i = 0; i < t->node_count; i++)
        if (strcmp(t->nodes[i].path, real) == 0)
            return &t->nodes[i];
    return NULL;
}

const char *tree_parent(struct testhost *t, const char *real)
{
    const char *slash = strrchr(real, '/');
    return slash == real ? "/" : mem_strn(&t->mem, real, (size_t)(slash - real));
}

/* Follows every link; what is missing is taken as it is written. */
static int follow_links(struct testhost *t, const char *path, const char **ret)
{
    char *at = mem_str(&t->mem, ""); /* "" is the root */
    const char *rest = path;
    int links = 0;
    while (*(rest += strspn(rest, "/")) != '\0') {
        size_t length = strcspn(rest, "/");
        const char *part = mem_strn(&t->mem, rest, length);
        rest += length;
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            char *slash = strrchr(at, '/');
            if (slash != NULL)
                *slash = '\0';
            continue;
        }
        const struct node *above = tree_find(t, at[0] == '\0' ? "/" : at);
        if (above != NULL && above->kind != TFHOOK_DIRECTORY)
            return -ENOTDIR;
        char *next = mem_printf(&t->mem, "%s/%s", at, part);
        if (strlen(next) >= PATH_MAX)
            return -ENAMETOOLONG;
        const struct node *node = tree_find(t, next);
        if (node == NULL || node->target == NULL) {
            at = next;
            continue;
        }
        if (++links > LINKS_MAX)
            return -ELOOP;
        rest = mem_printf(&t->mem, "%s/%s", node->target, rest);
        if (node->target[0] == '/')
            at = mem_str(&t->mem, "");
    }
    *ret = at[0] == '\0' ? "/" : at;
    return 0;
}

/* A path as the plugin gives it; a bad one is a misuse. */
int tree_resolve(struct testhost *t, const char *path, const char **ret)
{
    if (path == NULL)
        return note_misuse(t, "a path that is NULL");
    if (path[0] == '/')
        return follow_links(t, path, ret);
    const char *name = path + strlen(TFHOOK_NOTES);
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) != 0 || name[0] == '\0' ||
        strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return note_misuse(t, "the path \"%s\" is neither absolute nor a note's name", path);
    *ret = mem_printf(&t->mem, "%s/%s/%s", NOTES_DIR, t->plugin.name, name);
    return 0;
}

/* The links above the node are followed, the node itself is new. */
struct node *tree_put(struct testhost *t, const char *path, enum tfhook_kind kind)
{
    const char *real = NULL;
    int rc = tree_resolve(t, path, &real);
    if (rc < 0)
        end_broken_test("%s: %s", path, strerror(-rc));
    struct node *old = tree_find(t, real);
    if (old != NULL && (old->kind == TFHOOK_DIRECTORY || kind == TFHOOK_DIRECTORY)) {
        if (old->kind != kind)
            end_broken_test("%s: is a directory and a file", path);
        return old;
    }
    if (old == NULL) {
        const char *parent = tree_parent(t, real);
        if (strcmp(real, "/") != 0 && tree_find(t, parent) == NULL)
            (void)tree_put(t, parent, TFHOOK_DIRECTORY);
        old = mem_push(&t->mem, t->nodes, t->node_count);
    }
    *old = (struct node){.path = real,
                         .kind = kind,
                         .mode = kind == TFHOOK_DIRECTORY ? 0755 : 0644,
                         .changed = t->table.now};
    return old;
}

void tree_drop(struct testhost *t, struct node *node)
{
    *node = t->nodes[--t->node_count];
}

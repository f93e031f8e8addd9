/* The files of the test: a list of nodes, each under its path without links. */
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define NOTES_DIR "/var/lib/tfhook/notes"

enum { LINKS_MAX = 40 };

struct node *testhost_node(const struct testhost *t, const char *real)
{
    for (size_t i = 0; i < t->nodes.count; i++)
        if (strcmp(t->nodes.items[i].path, real) == 0)
            return &t->nodes.items[i];
    return NULL;
}

const char *testhost_parent(struct testhost *t, const char *real)
{
    const char *slash = strrchr(real, '/');
    return slash == real ? "/" : (const char *)testhost_copy(t, real, (size_t)(slash - real)).data;
}

/* What is at `at` + "/" + `part`, in a directory that is there or missing. */
static int step_into(struct testhost *t, const char *at, const char *part, const char **ret)
{
    const struct node *above = testhost_node(t, at[0] == '\0' ? "/" : at);
    if (above != NULL && above->kind != NODE_DIRECTORY)
        return -ENOTDIR;
    *ret = testhost_printf(t, "%s/%s", at, part);
    return strlen(*ret) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Follows every link; what is missing is taken as it is written. */
static int follow_links(struct testhost *t, const char *path, const char **ret)
{
    char *at = testhost_printf(t, "%s", "");
    const char *rest = path;
    int links = 0;
    while (*(rest += strspn(rest, "/")) != '\0') {
        size_t length = strcspn(rest, "/");
        const char *part = (const char *)testhost_copy(t, rest, length).data;
        rest += length;
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            char *slash = strrchr(at, '/');
            if (slash != NULL)
                *slash = '\0';
            continue;
        }
        const char *next = NULL;
        int rc = step_into(t, at, part, &next);
        if (rc < 0)
            return rc;
        const struct node *node = testhost_node(t, next);
        if (node == NULL || node->kind != NODE_LINK) {
            at = testhost_printf(t, "%s", next);
            continue;
        }
        if (++links > LINKS_MAX)
            return -ELOOP;
        rest = testhost_printf(t, "%s/%s", node->target, rest);
        if (node->target[0] == '/')
            at = testhost_printf(t, "%s", "");
    }
    *ret = at[0] == '\0' ? "/" : at;
    return 0;
}

/* A path as the plugin gives it; a bad one is a misuse. */
int testhost_resolve(struct testhost *t, const char *path, const char **ret)
{
    if (path == NULL)
        return testhost_misused(t, "a path that is NULL");
    const char *name = path + strlen(TFHOOK_NOTES);
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0) {
        if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
            strcmp(name, "..") == 0)
            return testhost_misused(t, "the path \"%s\" is neither absolute nor a note's name",
                                    path);
        *ret = testhost_printf(t, "%s/%s/%s", NOTES_DIR, t->plugin.name, name);
        return 0;
    }
    if (path[0] != '/')
        return testhost_misused(t, "the path \"%s\" is neither absolute nor a note's name", path);
    return follow_links(t, path, ret);
}

/* The links above the node are followed, the node itself is new. */
struct node *testhost_put(struct testhost *t, const char *path, enum node_kind kind)
{
    const char *real = NULL;
    int rc = testhost_resolve(t, path, &real);
    if (rc < 0)
        testhost_broken("%s: %s", path, strerror(-rc));
    struct node *old = testhost_node(t, real);
    if (old != NULL && (old->kind == NODE_DIRECTORY || kind == NODE_DIRECTORY)) {
        if (old->kind != kind)
            testhost_broken("%s: is a directory and a file", path);
        return old;
    }
    if (old == NULL) {
        const char *parent = testhost_parent(t, real);
        const struct node *above = testhost_node(t, parent);
        if (strcmp(real, "/") != 0 && above == NULL)
            (void)testhost_put(t, parent, NODE_DIRECTORY);
        LIST_PUSH(t, t->nodes, ((struct node){0}));
        old = &t->nodes.items[t->nodes.count - 1];
    }
    *old = (struct node){.path = real,
                         .kind = kind,
                         .mode = kind == NODE_DIRECTORY ? 0755 : 0644,
                         .changed = t->table.now};
    return old;
}

void testhost_drop(struct testhost *t, const char *real)
{
    struct node *node = testhost_node(t, real);
    if (node != NULL)
        *node = t->nodes.items[--t->nodes.count];
}

#include "path_walk.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

struct state {
    struct path_walk *walk;
    int fd;              /* of walk->path, or of the last part of it that is there */
    size_t root_size;    /* of the root in it */
    bool missing;        /* the end of walk->path is not there */
    int links;           /* followed so far */
    char text[PATH_MAX]; /* what is left of the path, at the end of it: */
    char *left;
};

/* Makes walk->path longer. */
static int append_path(struct state *state, const char *slash, const char *path, size_t size)
{
    char *end = strchr(state->walk->path, '\0');
    size_t room = sizeof state->walk->path - (size_t)(end - state->walk->path);
    int length = snprintf(end, room, "%s%.*s", slash, (int)size, path);
    return length < 0 || (size_t)length >= room ? -ENAMETOOLONG : 0;
}

/* Puts `path` before what is left. */
static int push_path(struct state *state, const char *path)
{
    size_t size = strlen(path);
    if (size >= (size_t)(state->left - state->text))
        return -ENAMETOOLONG;
    *--state->left = '/';
    state->left -= size;
    memcpy(state->left, path, size);
    return 0;
}

static int visit_part(struct state *state, const struct stat *st)
{
    struct path_walk *walk = state->walk;
    walk->at_end = state->left[strspn(state->left, "/.")] == '\0';
    return walk->visit == NULL ? 0 : walk->visit(walk, st);
}

static int go_to_root(struct state *state)
{
    struct stat st;
    const char *root = state->walk->root == NULL ? "" : state->walk->root;
    state->missing = false;
    state->walk->path[0] = '\0';
    int rc = append_path(state, "", root, strlen(root));
    state->root_size = strlen(root);
    descriptor_close(&state->fd);
    state->fd = open(*root == '\0' ? "/" : root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rc == 0 && (state->fd < 0 || fstat(state->fd, &st) < 0))
        rc = errno == ENOENT ? -ENOTDIR : -errno; /* it is no part of the path that is missing */
    return rc == 0 ? visit_part(state, &st) : rc;
}

/* Begins again, from the root on: along the first `size` bytes of walk->path, then `next`, then
 * what is left. */
static int turn_to(struct state *state, size_t size, const char *next)
{
    state->walk->path[size] = '\0';
    int rc = push_path(state, next);
    if (rc == 0)
        rc = push_path(state, state->walk->path + state->root_size);
    return rc == 0 ? go_to_root(state) : rc;
}

static int go_up(struct state *state)
{
    struct stat st;
    char *path = state->walk->path;
    if (path[state->root_size] == '\0')
        return 0;
    /* As for the kernel, a file has no "..", nor has a directory that may not be searched. */
    if (!state->missing && fstatat(state->fd, "..", &st, 0) < 0)
        return -errno;
    return turn_to(state, (size_t)(strrchr(path, '/') - path), "");
}

/* `link` is open, and the last part of walk->path, whose size without it is `before`. */
static int follow_link(struct state *state, int link, size_t before)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);
    if (length < 0)
        return -errno;
    if (++state->links > LINKS_MAX)
        return -ELOOP;
    target[length] = '\0';
    return turn_to(state, target[0] == '/' ? state->root_size : before, target);
}

/* As a directory first: a file system that is mounted when it is looked at (autofs) is mounted for
 * that alone. And what is a directory is no link. */
static int open_part(int above, const char *name, bool *ret_directory)
{
    const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(above, name, flags | O_DIRECTORY);
    *ret_directory = fd >= 0;
    return fd < 0 && errno == ENOTDIR ? openat(above, name, flags) : fd;
}

static int go_down(struct state *state, const char *part, size_t size)
{
    size_t before = strlen(state->walk->path);
    int rc = append_path(state, "/", part, size);
    if (rc < 0 || state->missing)
        return rc;
    struct stat st = {0};
    bool directory = false;
    int fd = open_part(state->fd, state->walk->path + before + 1, &directory);
    if (fd < 0 && errno == ENOENT && state->walk->root != NULL) {
        state->missing = true;
        return 0;
    }
    if (fd < 0 || ((!directory || state->walk->visit != NULL) && fstat(fd, &st) < 0))
        return -errno;
    bool link = S_ISLNK(st.st_mode);
    rc = link && state->walk->root == NULL ? -ELOOP : visit_part(state, &st);
    if (rc == 0 && !link) {
        descriptor_close(&state->fd);
        state->fd = fd;
        return 0;
    }
    if (rc == 0)
        rc = follow_link(state, fd, before);
    descriptor_close(&fd);
    return rc;
}

static int walk_parts(struct state *state)
{
    int rc = go_to_root(state);
    while (rc == 0) {
        state->left += strspn(state->left, "/");
        const char *part = state->left;
        size_t size = strcspn(part, "/");
        if (size == 0)
            return state->missing ? -ENOENT : 0;
        state->left += size;
        if (size == 2 && part[0] == '.' && part[1] == '.')
            rc = go_up(state);
        else if (size > 1 || part[0] != '.')
            rc = go_down(state, part, size);
    }
    return rc;
}

int path_walk(struct path_walk *walk, const char *path)
{
    struct state state = {.walk = walk, .fd = -1};
    state.left = state.text + sizeof state.text - 1;
    int rc = path[0] == '/' ? push_path(&state, path) : -EINVAL;
    if (rc == 0)
        rc = walk_parts(&state);
    if (rc == 0)
        return state.fd;
    descriptor_close(&state.fd);
    return rc;
}

int open_parent_nofollow(const char *path, struct parent *ret)
{
    char way[PATH_MAX] = "/";
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash == NULL)
        return -EINVAL;
    if (length + 1 >= sizeof way)
        return -ENAMETOOLONG;
    if (length > 0)
        memcpy(way, path, length);
    struct path_walk walk = {0};
    int fd = path_walk(&walk, way);
    if (fd < 0)
        return fd;
    *ret = (struct parent){fd, slash[1] == '\0' ? "." : slash + 1}; /* the root is in no other */
    return 0;
}

int open_directory_nofollow(const char *path)
{
    struct path_walk walk = {0};
    int itself = path_walk(&walk, path);
    if (itself < 0)
        return itself;
    int fd = openat(itself, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int rc = fd < 0 ? -errno : fd;
    descriptor_close(&itself);
    return rc;
}

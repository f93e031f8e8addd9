#include "root_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

struct walk {
    char *left; /* what is left of the path, at the end of: */
    char path[PATH_MAX];
    char real[PATH_MAX]; /* the root, and what was resolved below it, without links */
    size_t root_size, real_size;
    uid_t *link_owner; /* NULL: nobody asks */
};

/* Puts `path` before what is left. */
static int push_path(struct walk *walk, const char *path)
{
    size_t size = strlen(path);
    if (size >= (size_t)(walk->left - walk->path))
        return -ENAMETOOLONG;
    *--walk->left = '/';
    walk->left -= size;
    memcpy(walk->left, path, size);
    return 0;
}

/* The size of the next component, which is then at what is left; 0: there is none. */
static size_t next_part(struct walk *walk)
{
    walk->left += strspn(walk->left, "/");
    return strcspn(walk->left, "/");
}

static bool is_last(const struct walk *walk, size_t part_size)
{
    const char *behind = walk->left + part_size;
    return behind[strspn(behind, "/")] == '\0';
}

static int append_component(struct walk *walk, const char *text, size_t size)
{
    if (walk->real_size + size >= sizeof walk->real)
        return -ENAMETOOLONG;
    memcpy(walk->real + walk->real_size, text, size);
    walk->real_size += size;
    walk->real[walk->real_size] = '\0';
    return 0;
}

static void go_up(struct walk *walk)
{
    while (walk->real_size > walk->root_size && walk->real[--walk->real_size] != '/')
        ;
    walk->real[walk->real_size] = '\0';
}

/* The length of `path` up to the slash before its last component; 0 when that has no name. */
static size_t dir_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    bool plain = strcmp(slash, "/") != 0 && strcmp(slash, "/.") != 0 && strcmp(slash, "/..") != 0;
    return plain ? (size_t)(slash - path) + 1 : 0;
}

/* How much of `path`, from its start, was resolved of late, and to what; 0 for nothing. */
static size_t find_cached(const struct root_cache *cache, const char *path, const char **ret)
{
    size_t found = 0;
    for (size_t i = 0; cache != NULL && i < sizeof cache->items / sizeof *cache->items; i++) {
        const char *dir = cache->items[i].dir;
        size_t length = dir == NULL ? 0 : strlen(dir);
        if (length > found && strncmp(dir, path, length) == 0) {
            found = length;
            *ret = cache->items[i].real;
        }
    }
    return found;
}

static void keep_cached(struct root_cache *cache, const char *path, const char *real)
{
    size_t length = cache == NULL ? 0 : dir_length(path);
    if (length == 0)
        return;
    cache->items[cache->next].dir = mem_strn(cache->mem, path, length);
    cache->items[cache->next].real = mem_str(cache->mem, real);
    cache->next = (cache->next + 1) % (sizeof cache->items / sizeof *cache->items);
}

static void keep_owner(uid_t *kept, uid_t owner)
{
    if (owner == 0 || owner == getuid())
        return;
    *kept = *kept == 0 || *kept == owner ? owner : ROOT_SEVERAL_OWNERS;
}

/* Target and owner of the same link, whatever becomes of its name meanwhile. The length, or a
 * negated errno: -EINVAL when it is none. */
static ssize_t read_owned_link(const char *path, char *target, size_t size, uid_t *kept)
{
    struct stat st;
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t length = fstat(fd, &st) < 0     ? -errno
                     : !S_ISLNK(st.st_mode) ? -EINVAL
                                            : readlinkat(fd, "", target, size);
    if (length == -1)
        length = -errno;
    (void)close(fd);
    if (length >= 0)
        keep_owner(kept, st.st_uid);
    return length;
}

/* What the link `real` leads to; as above. */
static ssize_t read_link(const struct walk *walk, char *target, size_t size)
{
    if (walk->link_owner != NULL)
        return read_owned_link(walk->real, target, size, walk->link_owner);
    ssize_t length = readlink(walk->real, target, size);
    return length < 0 ? -errno : length;
}

/* `real`, which was shorter by its last component before, is a link to `target`. */
static int follow_link(struct walk *walk, size_t before, const char *target)
{
    walk->real_size = target[0] == '/' ? walk->root_size : before;
    walk->real[walk->real_size] = '\0';
    return push_path(walk, target);
}

static int walk_path(const struct root *root, struct walk *walk, const char *path)
{
    const char *known = "";
    size_t cached = find_cached(root->cache, path, &known);
    bool looking = cached < dir_length(path); /* at the directory of the path */
    char target[PATH_MAX];
    int links = 0;
    walk->left = walk->path + sizeof walk->path - 1;
    *walk->left = '\0';
    walk->real_size = 0;
    int rc = append_component(walk, root->dir, strlen(root->dir));
    walk->root_size = walk->real_size;
    if (rc == 0)
        rc = append_component(walk, known, strlen(known));
    if (rc == 0)
        rc = push_path(walk, path + cached);
    for (size_t size; rc == 0 && (size = next_part(walk)) > 0;) {
        const char *part = walk->left;
        size_t before = walk->real_size;
        if (looking && is_last(walk, size)) {
            keep_cached(root->cache, path, walk->real + walk->root_size);
            looking = false;
        }
        walk->left += size;
        if (size == 1 && part[0] == '.')
            continue;
        if (size == 2 && part[0] == '.' && part[1] == '.') {
            go_up(walk);
            continue;
        }
        rc = append_component(walk, "/", 1);
        if (rc == 0)
            rc = append_component(walk, part, size);
        if (rc < 0)
            break;
        ssize_t length = read_link(walk, target, sizeof target - 1);
        if (length < 0) {
            looking = looking && length == -EINVAL; /* what is missing may be made yet */
            rc = length == -EINVAL || length == -ENOENT ? 0 : (int)length;
            continue;
        }
        target[length] = '\0';
        rc = ++links > LINKS_MAX ? -ELOOP : follow_link(walk, before, target);
    }
    return rc == 0 && walk->real_size == walk->root_size ? append_component(walk, "/", 1) : rc;
}

static int resolve_whole(const struct root *root, struct mem *mem, const char *path,
                         const char **ret, uid_t *ret_owner)
{
    struct walk walk;
    walk.link_owner = ret_owner;
    int rc = path[0] == '/' ? walk_path(root, &walk, path) : -EINVAL;
    if (rc == 0)
        *ret = mem_strn(mem, walk.real, walk.real_size);
    return rc;
}

int root_resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
{
    return resolve_whole(root, mem, path, ret, NULL);
}

int root_resolve_links(const struct root *root, struct mem *mem, const char *path, const char **ret,
                       uid_t *ret_owner)
{
    *ret_owner = 0;
    return resolve_whole(root, mem, path, ret, ret_owner);
}

const char *root_owner_text(struct mem *mem, uid_t owner)
{
    return owner == ROOT_SEVERAL_OWNERS ? "several users" : mem_printf(mem, "user %u", owner);
}

const char *root_inside(const struct root *root, const char *os_path)
{
    size_t length = strlen(root->dir);
    if (strncmp(os_path, root->dir, length) == 0 && os_path[length] == '/')
        return os_path + length;
    return os_path;
}

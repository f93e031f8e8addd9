#include "root_dir.h"

#include "path_walk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int keep_link_owner(const struct path_walk *walk, const struct stat *st)
{
    uid_t *kept = walk->context;
    if (S_ISLNK(st->st_mode) && st->st_uid != 0 && st->st_uid != getuid())
        *kept = *kept == 0 || *kept == st->st_uid ? st->st_uid : ROOT_SEVERAL_OWNERS;
    return 0;
}

static int walk_whole(const struct root *root, struct mem *mem, const char *path, uid_t *owner,
                      const char **ret, bool *ret_there)
{
    struct path_walk walk = {
        .root = root->dir, .visit = owner == NULL ? NULL : keep_link_owner, .context = owner};
    int fd = path_walk(&walk, path);
    *ret_there = fd >= 0;
    if (fd < 0 && fd != -ENOENT)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    bool below = strlen(walk.path) > strlen(root->dir);
    *ret = mem_printf(mem, "%s%s", walk.path, below ? "" : "/");
    return 0;
}

int root_resolve_links(const struct root *root, struct mem *mem, const char *path, const char **ret,
                       uid_t *ret_owner)
{
    bool there;
    *ret_owner = 0;
    return walk_whole(root, mem, path, ret_owner, ret, &there);
}

enum { CACHED_LINKS_MAX = 8 };

static int resolve_cached(const struct root *root, const char *path, int links, const char **ret,
                          bool *ret_there);

/* By the directory that it is in, and by what it is a link to. False: it must be walked. */
static bool resolve_in_directory(const struct root *root, const char *path, int links,
                                 const char **ret, bool *ret_there)
{
    struct mem *mem = root->cache->mem;
    const char *slash = strrchr(path, '/');
    const char *directory = root->dir;
    bool there = true; /* the directory */
    char target[PATH_MAX];
    if (slash == NULL || strcmp(slash, "/") == 0 || strcmp(slash, "/.") == 0 ||
        strcmp(slash, "/..") == 0)
        return false;
    if (slash != path && resolve_cached(root, mem_strn(mem, path, (size_t)(slash - path)), links,
                                        &directory, &there) < 0)
        return false;
    int length = (int)strlen(directory); /* the root's has a slash at its end */
    length -= length > 0 && directory[length - 1] == '/';
    const char *real = mem_printf(mem, "%.*s%s", length, directory, slash);
    ssize_t size = there ? readlink(real, target, sizeof target - 1) : -1;
    if (size >= 0) {
        target[size] = '\0';
        const char *next = target[0] == '/'
                               ? target
                               : mem_printf(mem, "%.*s/%s", length - (int)strlen(root->dir),
                                            directory + strlen(root->dir), target);
        return links < CACHED_LINKS_MAX &&
               resolve_cached(root, next, links + 1, ret, ret_there) == 0;
    }
    if (there && errno != EINVAL && errno != ENOENT)
        return false;
    *ret_there = there && errno == EINVAL;
    *ret = real;
    return true;
}

static int resolve_cached(const struct root *root, const char *path, int links, const char **ret,
                          bool *ret_there)
{
    struct root_cache *cache = root->cache;
    const size_t room = sizeof cache->items / sizeof *cache->items;
    for (size_t i = 0; i < room; i++) {
        if (cache->items[i].path == NULL || strcmp(cache->items[i].path, path) != 0)
            continue;
        *ret = cache->items[i].real;
        *ret_there = true;
        return 0;
    }
    if (!resolve_in_directory(root, path, links, ret, ret_there)) {
        int rc = walk_whole(root, cache->mem, path, NULL, ret, ret_there);
        if (rc < 0)
            return rc;
    }
    if (*ret_there) { /* what is missing may be made yet */
        cache->items[cache->next].path = mem_str(cache->mem, path);
        cache->items[cache->next].real = *ret;
        cache->next = (cache->next + 1) % room;
    }
    return 0;
}

int root_resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
{
    bool there;
    return root->cache != NULL ? resolve_cached(root, path, 0, ret, &there)
                               : walk_whole(root, mem, path, NULL, ret, &there);
}

const char *root_owner_text(struct mem *mem, uid_t owner)
{
    return owner == ROOT_SEVERAL_OWNERS ? "several users" : mem_printf(mem, "user %u", owner);
}

const char *root_inside(const struct root *root, const char *os_path)
{
    size_t length = strlen(root->dir);
    if (strncmp(os_path, root->dir, length) != 0)
        return os_path;
    const char *inside = os_path + length;
    return *inside == '/' ? inside : *inside == '\0' ? "/" : os_path;
}

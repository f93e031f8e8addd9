#include "root.h"

#include "text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

/* The components of `path`, pushed on a stack so that the first is on top. */
static void push_components(struct mem *mem, struct names *stack, const char *path)
{
    struct names parts = {0};
    for (const char *s = path; *s != '\0';) {
        size_t length = strcspn(s, "/");
        if (length > 0)
            names_add(mem, &parts, mem_strn(mem, s, length));
        s += length + strspn(s + length, "/");
    }
    for (size_t i = parts.count; i > 0; i--)
        names_add(mem, stack, parts.names[i - 1]);
}

static void drop_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* The target of the link `path`, or NULL when it is no link; errno tells of anything else. */
static const char *link_target(struct mem *mem, const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return NULL;
    target[length] = '\0';
    return mem_str(mem, target);
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

static int resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
{
    struct names stack = {0};
    const char *real = "";
    size_t cached = find_cached(root->cache, path, &real);
    bool looking = cached < dir_length(path); /* at the directory of the path */
    push_components(mem, &stack, path + cached);
    char *at = mem_str(mem, real); /* below the root, without links */
    int links = 0;
    while (stack.count > 0) {
        const char *part = stack.names[--stack.count];
        if (looking && stack.count == 0) {
            keep_cached(root->cache, path, at);
            looking = false;
        }
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            drop_last(at);
            continue;
        }
        char *next = mem_printf(mem, "%s/%s", at, part);
        const char *os_path = mem_printf(mem, "%s%s", root->dir, next);
        if (strlen(os_path) >= PATH_MAX)
            return -ENAMETOOLONG;
        const char *target = link_target(mem, os_path);
        if (target == NULL) {
            if (errno != EINVAL && errno != ENOENT)
                return -errno;
            looking = looking && errno == EINVAL; /* what is missing may be made yet */
            at = next;
            continue;
        }
        if (++links > LINKS_MAX)
            return -ELOOP;
        push_components(mem, &stack, target);
        if (target[0] == '/')
            at = mem_str(mem, "");
    }
    *ret = mem_printf(mem, "%s%s", root->dir, at[0] == '\0' ? "/" : at);
    return 0;
}

int root_resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
{
    struct mem scratch = {0};
    const char *real = NULL;
    int rc = path[0] == '/' ? resolve(root, &scratch, path, &real) : -EINVAL;
    if (rc == 0)
        *ret = mem_str(mem, real);
    mem_free(&scratch);
    return rc;
}

const char *root_inside(const struct root *root, const char *os_path)
{
    size_t length = strlen(root->dir);
    if (strncmp(os_path, root->dir, length) == 0 && os_path[length] == '/')
        return os_path + length;
    return os_path;
}

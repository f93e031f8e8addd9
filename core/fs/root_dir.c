#include "root_dir.h"

#include "descriptors.h"
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

int root_resolve_links(const struct root *root, struct mem *mem, const char *path, const char **ret,
                       uid_t *ret_owner)
{
    *ret_owner = 0;
    struct path_walk walk = {.root = root->dir, .visit = keep_link_owner, .context = ret_owner};
    int fd = path_walk(&walk, path);
    if (fd < 0 && fd != -ENOENT)
        return fd;
    descriptor_close(&fd);
    bool below = strlen(walk.path) > strlen(root->dir);
    *ret = mem_printf(mem, "%s%s", walk.path, below ? "" : "/");
    return 0;
}

int root_resolve(const struct root *root, struct mem *mem, const char *path, const char **ret)
{
    uid_t owner;
    return root_resolve_links(root, mem, path, ret, &owner);
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

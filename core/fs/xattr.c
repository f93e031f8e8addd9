#include "xattr.h"

#include "file.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

/* These describe the old content, not the file: the kernel makes them anew. */
static bool is_about_content(const char *name)
{
    return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

/* All names, each ended by a NUL. None where the file system has no attributes. */
static int xattr_names(struct mem *mem, int fd, struct blob *ret)
{
    ssize_t room = flistxattr(fd, NULL, 0);
    char *names = room > 0 ? mem_alloc(mem, (size_t)room + 1) : "";
    ssize_t size = room > 0 ? flistxattr(fd, names, (size_t)room) : room;
    if (size < 0 && errno != ENOTSUP)
        return -errno;
    *ret = (struct blob){(const unsigned char *)names, size < 0 ? 0 : (size_t)size};
    return 0;
}

static int xattr_value(struct mem *mem, int fd, const char *name, struct blob *ret)
{
    ssize_t room = fgetxattr(fd, name, NULL, 0);
    unsigned char *value = mem_alloc(mem, room > 0 ? (size_t)room : 1);
    ssize_t size = room > 0 ? fgetxattr(fd, name, value, (size_t)room) : room;
    if (size < 0)
        return -errno;
    *ret = (struct blob){value, (size_t)size};
    return 0;
}

static const char *next_name(const struct blob *names, const char *name)
{
    const char *next = name == NULL ? (const char *)names->data : name + strlen(name) + 1;
    return next < (const char *)names->data + names->size ? next : NULL;
}

/* What the new file got from its directory (a default ACL) and the old one does not have. */
static int drop_other_xattrs(struct mem *mem, int from, int to)
{
    struct blob names = {0};
    int rc = xattr_names(mem, to, &names);
    const char *name = NULL;
    while (rc == 0 && (name = next_name(&names, name)) != NULL)
        if (strncmp(name, "security.", 9) != 0 && fgetxattr(from, name, NULL, 0) < 0 &&
            fremovexattr(to, name) < 0)
            rc = -errno;
    return rc;
}

/* The entries of an access ACL that a mode is about get that mode: what was readable by more users
 * than the file will be at its end is not, not even for a moment (linux/posix_acl_xattr.h: a
 * version of four bytes, then entries of a tag, permissions and an id, little-endian). */
static void set_acl_mode(unsigned char *acl, size_t size, unsigned mode)
{
    enum { HEAD = 4, ENTRY = 8, USER_OBJ = 0x01, GROUP_OBJ = 0x04, MASK = 0x10, OTHER = 0x20 };
    bool has_mask = false;
    for (size_t at = HEAD; at + ENTRY <= size; at += ENTRY)
        has_mask |= acl[at] == MASK;
    for (size_t at = HEAD; at + ENTRY <= size; at += ENTRY) {
        if (acl[at] == USER_OBJ)
            acl[at + 2] = (unsigned char)(mode >> 6 & 7);
        else if (acl[at] == MASK || (acl[at] == GROUP_OBJ && !has_mask))
            acl[at + 2] = (unsigned char)(mode >> 3 & 7);
        else if (acl[at] == OTHER)
            acl[at + 2] = (unsigned char)(mode & 7);
    }
}

/* One that is there already need not be set, which may take more rights than to have it: the label
 * that the directory gives, for one. */
static int copy_xattr(struct mem *mem, int from, int to, const char *name, unsigned mode)
{
    struct blob value = {0};
    struct blob there = {0};
    int rc = xattr_value(mem, from, name, &value);
    if (rc < 0)
        return rc;
    unsigned char *bytes = mem_copy(mem, value.data, value.size);
    if (strcmp(name, "system.posix_acl_access") == 0)
        set_acl_mode(bytes, value.size, mode);
    value.data = bytes;
    if (xattr_value(mem, to, name, &there) == 0 && there.size == value.size &&
        memcmp(there.data, value.data, value.size) == 0)
        return 0;
    return fsetxattr(to, name, value.data, value.size, 0) < 0 ? -errno : 0;
}

int xattr_copy_all(int from, int to, unsigned mode)
{
    struct mem mem = {0};
    struct blob names = {0};
    int rc = drop_other_xattrs(&mem, from, to);
    if (rc == 0)
        rc = xattr_names(&mem, from, &names);
    const char *name = NULL;
    while (rc == 0 && (name = next_name(&names, name)) != NULL)
        if (!is_about_content(name))
            rc = copy_xattr(&mem, from, to, name, mode);
    mem_free(&mem);
    return rc;
}

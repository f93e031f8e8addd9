#include "xattr.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/xattr.h>

/* These describe the old content, not the file: the kernel makes them anew. */
static bool is_about_content(const char *name)
{
    return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

/* The size of all names, each ended by a NUL, or a negated errno. None where the file system has no
 * attributes. */
static ssize_t list_xattrs(int fd, char names[XATTR_LIST_MAX])
{
    ssize_t size = flistxattr(fd, names, XATTR_LIST_MAX);
    return size >= 0 ? size : errno == ENOTSUP ? 0 : -errno;
}

/* What the new file got from its directory (a default ACL) and the old one does not have. */
static int drop_other_xattrs(int from, int to)
{
    char names[XATTR_LIST_MAX];
    ssize_t size = list_xattrs(to, names);
    if (size < 0)
        return (int)size;
    for (const char *name = names; name < names + size; name += strlen(name) + 1)
        if (strncmp(name, "security.", 9) != 0 && fgetxattr(from, name, NULL, 0) < 0 &&
            fremovexattr(to, name) < 0)
            return -errno;
    return 0;
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
static int copy_xattr(int from, int to, const char *name, unsigned mode)
{
    unsigned char value[XATTR_SIZE_MAX], there[XATTR_SIZE_MAX];
    ssize_t size = fgetxattr(from, name, value, sizeof value);
    if (size < 0)
        return -errno;
    if (strcmp(name, "system.posix_acl_access") == 0)
        set_acl_mode(value, (size_t)size, mode);
    if (fgetxattr(to, name, there, sizeof there) == size && memcmp(there, value, (size_t)size) == 0)
        return 0;
    return fsetxattr(to, name, value, (size_t)size, 0) < 0 ? -errno : 0;
}

int xattr_copy_all(int from, int to, unsigned mode)
{
    char names[XATTR_LIST_MAX];
    int rc = drop_other_xattrs(from, to);
    ssize_t size = rc < 0 ? rc : list_xattrs(from, names);
    if (size < 0)
        return (int)size;
    for (const char *name = names; rc == 0 && name < names + size; name += strlen(name) + 1)
        if (!is_about_content(name))
            rc = copy_xattr(from, to, name, mode);
    return rc;
}

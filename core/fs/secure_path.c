#include "secure_path.h"

#include "descriptors.h"
#include "path_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a directory is met: on the way, as the end of the path, or as one whose own entries count. */
enum met { MET_ABOVE, MET_AT_END, MET_TO_HOLD };

/* 0, or -1 when others can change what is open here. */
static int check_owner_and_mode(const struct stat *st, const char *path, enum met met,
                                const char *what, struct err *err)
{
    bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0 && met != MET_TO_HOLD;
    bool others_own_it = st->st_uid != 0 && st->st_uid != getuid();
    if (others_own_it && met == MET_ABOVE)
        return err_set(err, STATUS_REJECTED,
                       "%s: %s belongs to another user, who can put anything in its place; keep it "
                       "where every directory above is root's",
                       what, path);
    if (others_own_it)
        return err_set(err, STATUS_REJECTED,
                       "%s: %s belongs to another user; make it root's (chown root %s)", what, path,
                       path);
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
        return err_set(err, STATUS_REJECTED,
                       "%s: %s can be written by others; leave that to its owner (chmod go-w %s)",
                       what, path, path);
    return 0;
}

int secure_path_resolve(struct mem *mem, const struct root *root, const char *path,
                        const char *what, const char **ret, struct err *err)
{
    uid_t owner = 0;
    int rc = root_resolve_links(root, mem, path, ret, &owner);
    if (rc == -EACCES) {
        /* Who may not look there fails where it is used, if it is. */
        *ret = mem_printf(mem, "%s%s", root->dir, path);
        return 0;
    }
    if (rc < 0)
        return err_errno(err, STATUS_REJECTED, -rc, "%s: cannot look at %s", what, path);
    if (owner == 0)
        return 0;
    return err_set(err, STATUS_REJECTED,
                   "%s: a link of %s leads from %s to %s; name that itself, or make the link "
                   "root's (chown -h root)",
                   what, root_owner_text(mem, owner), path, *ret);
}

static int cannot_open(const char *path, int error, const char *what, struct err *err)
{
    if (error == ELOOP || error == ENOTDIR)
        return err_set(err, STATUS_REJECTED,
                       "%s: %s is a link or no directory, or has become that while it was looked "
                       "at; name the directory itself, and see who changes it",
                       what, path);
    return err_errno(err, STATUS_REJECTED, error, "%s: cannot open %s", what, path);
}

struct check {
    enum met end;
    const char *what;
    struct err *err;
};

static int check_directory(const struct path_walk *walk, const struct stat *st)
{
    const struct check *check = walk->context;
    if (!S_ISDIR(st->st_mode))
        return -ENOTDIR;
    return check_owner_and_mode(st, *walk->path == '\0' ? "/" : walk->path,
                                walk->at_end ? check->end : MET_ABOVE, check->what, check->err) < 0
               ? -EPERM
               : 0;
}

/* A descriptor, or a negated errno: then the error is set, unless the directory is not there, or
 * may not be looked at, and that is no error. */
static int walk_directories(const struct check *check, const char *path)
{
    struct path_walk walk = {.visit = check_directory, .context = (void *)(uintptr_t)check};
    int fd = path_walk(&walk, path);
    if (fd < 0 && (check->end == MET_AT_END || (fd != -ENOENT && fd != -EACCES)))
        cannot_open(fd == -ENAMETOOLONG ? path : walk.path, -fd, check->what, check->err);
    return fd;
}

int secure_path_open_directory(const char *path, const char *what, struct err *err)
{
    const struct check check = {MET_AT_END, what, err};
    int fd = walk_directories(&check, path);
    return fd < 0 ? -1 : fd;
}

int secure_path_check_directory(const char *path, const char *what, struct err *err)
{
    const struct check check = {MET_TO_HOLD, what, err};
    int fd = walk_directories(&check, path);
    int rc = fd >= 0 || fd == -ENOENT || fd == -EACCES ? 0 : -1;
    descriptor_close(&fd);
    return rc;
}

int secure_path_open_file(struct mem *mem, int directory, const char *directory_path,
                          const char *name, const char *what, struct err *err)
{
    const char *path =
        mem_printf(mem, "%s/%s", strcmp(directory_path, "/") == 0 ? "" : directory_path, name);
    struct stat st;
    if (fstat(directory, &st) < 0)
        return cannot_open(directory_path, errno, what, err);
    if (check_owner_and_mode(&st, directory_path, MET_AT_END, what, err) < 0)
        return -1;
    if (strchr(name, '/') != NULL)
        return err_set(err, STATUS_REJECTED, "%s: %s is a path, no name", what, name);
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP
                   ? err_set(err, STATUS_REJECTED,
                             "%s: %s is a symbolic link; put the file itself there", what, path)
                   : cannot_open(path, errno, what, err);
    int rc = fstat(fd, &st) < 0 ? cannot_open(path, errno, what, err)
             : !S_ISREG(st.st_mode)
                 ? err_set(err, STATUS_REJECTED, "%s: %s is no regular file", what, path)
                 : check_owner_and_mode(&st, path, MET_AT_END, what, err);
    if (rc == 0)
        return fd;
    descriptor_close(&fd);
    return -1;
}

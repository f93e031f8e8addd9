#include "file.h"

#include "descriptors.h"
#include "digest.h"
#include "path_walk.h"
#include "xattr.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* open(2), with no link followed; a descriptor or a negated errno. */
static int open_path(const char *path, int flags, mode_t mode)
{
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    int fd = openat(parent.fd, parent.name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    descriptor_close(&parent.fd);
    return fd < 0 ? -errno : fd;
}

static int open_regular(const char *path, struct stat *ret_stat)
{
    int fd = open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return fd;
    int rc = fstat(fd, ret_stat) < 0       ? -errno
             : S_ISDIR(ret_stat->st_mode)  ? -EISDIR
             : !S_ISREG(ret_stat->st_mode) ? -EINVAL
                                           : fd;
    if (rc < 0)
        descriptor_close(&fd);
    return rc;
}

int file_read(struct mem *mem, const char *path, size_t limit, struct blob *ret)
{
    struct stat st;
    int fd = open_regular(path, &st);
    if (fd < 0)
        return fd;
    bool fits = (uintmax_t)st.st_size <= limit;
    int rc = fits ? descriptor_read(mem, fd, (size_t)st.st_size, ret) : -EFBIG;
    descriptor_close(&fd);
    return fits && rc == -EFBIG ? -EAGAIN : rc;
}

int file_digest(struct mem *mem, const char *path, size_t limit, const char **ret)
{
    struct mem scratch = {0};
    struct blob content;
    int rc = file_read(&scratch, path, limit, &content);
    if (rc == 0)
        *ret = digest(mem, content.data, content.size);
    mem_free(&scratch);
    return rc;
}

static int64_t mtime_ms(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

/* A time of change always moves on, whatever the clock says: who keeps what it has read (a running
 * program, a backup) knows by it that there is something new. Some compare whole milliseconds. */
static int move_time_on(int fd, const struct stat *old)
{
    enum { MS = 1000000, SECOND = 1000000000 };
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (mtime_ms(&st) > mtime_ms(old))
        return 0;
    struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, old->st_mtim};
    times[1].tv_nsec += MS;
    if (times[1].tv_nsec >= SECOND) {
        times[1].tv_nsec -= SECOND;
        times[1].tv_sec++;
    }
    return futimens(fd, times) < 0 ? -errno : 0;
}

/* All but the mode, which is that file's where none is given. */
static int copy_metadata(int fd, const char *like, int *mode)
{
    struct stat st;
    int from = open_regular(like, &st);
    if (from < 0)
        return from;
    if (*mode < 0)
        *mode = (int)(st.st_mode & 07777);
    int rc = fchown(fd, st.st_uid, st.st_gid) < 0 ? -errno : 0;
    if (rc == 0)
        rc = xattr_copy_all(from, fd, (unsigned)*mode);
    if (rc == 0)
        rc = move_time_on(fd, &st);
    descriptor_close(&from);
    return rc;
}

int file_create(const char *path, const struct blob *content, int mode, const char *like)
{
    int fd = open_path(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return fd;
    int rc = descriptor_write(fd, content->data, content->size);
    if (rc == 0 && like != NULL)
        rc = copy_metadata(fd, like, &mode);
    /* Last: chown drops set-id bits, and an ACL's mask is part of the mode. */
    if (rc == 0 && mode >= 0 && fchmod(fd, (mode_t)mode) < 0)
        rc = -errno;
    if (rc == 0 && fsync(fd) < 0)
        rc = -errno;
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc < 0)
        file_discard(path);
    return rc;
}

int file_sync(const char *path)
{
    struct stat st;
    int fd = open_regular(path, &st);
    int rc = fd < 0 ? fd : fsync(fd) < 0 ? -errno : 0;
    descriptor_close(&fd);
    return rc;
}

const char *file_parent(struct mem *mem, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : mem_strn(mem, path, (size_t)(slash - path));
}

static int sync_directory(int fd)
{
    /* EINVAL: a file system whose directories cannot be synced, and need not be. */
    return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

int file_sync_directory(const char *path)
{
    int fd = open_directory_nofollow(path);
    int rc = fd < 0 ? fd : sync_directory(fd);
    descriptor_close(&fd);
    return rc;
}

int file_sync_parent(const char *path)
{
    struct mem mem = {0};
    int rc = file_sync_directory(file_parent(&mem, path));
    mem_free(&mem);
    return rc;
}

int file_sync_ancestors(const char *path)
{
    struct mem mem = {0};
    int rc = 0;
    for (const char *at = path; rc == 0 && strcmp(at, "/") != 0 && strcmp(at, ".") != 0;) {
        at = file_parent(&mem, at);
        rc = file_sync_directory(at);
        /* Who may not read a directory has not made one in it. */
        if (rc == -EACCES)
            rc = 0;
    }
    mem_free(&mem);
    return rc;
}

int file_create_directory(const char *path, unsigned mode, const struct file_owner *owner)
{
    struct stat st;
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    mode_t mask = umask(0);
    rc = mkdirat(parent.fd, parent.name, (mode_t)mode) < 0 ? -errno : 0;
    (void)umask(mask);
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = rc < 0 ? -1 : openat(parent.fd, parent.name, flags);
    if (rc == 0 && (fd < 0 || fstat(fd, &st) < 0))
        rc = -errno;
    descriptor_close(&parent.fd);
    /* Whoever owns the parent may have put another in its place. */
    if (rc == 0 && st.st_uid != geteuid())
        rc = -EPERM;
    if (rc == 0 && owner != NULL && fchown(fd, owner->uid, owner->gid) < 0)
        rc = -errno;
    /* The parent's default ACL has its say in mkdir; its set-group-id bit is inherited. */
    if (rc == 0 && fchmod(fd, (mode_t)mode | (st.st_mode & S_ISGID)) < 0)
        rc = -errno;
    if (rc == 0)
        rc = sync_directory(fd);
    descriptor_close(&fd);
    return rc;
}

int file_make_directory(const char *path, unsigned mode)
{
    int rc = file_create_directory(path, mode, NULL);
    return rc == -EEXIST ? 0 : rc < 0 ? rc : file_sync_parent(path);
}

static int remove_name(const char *path, int flags)
{
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    rc = unlinkat(parent.fd, parent.name, flags) < 0 ? -errno : 0;
    descriptor_close(&parent.fd);
    return rc;
}

int file_remove(const char *path)
{
    int rc = remove_name(path, 0);
    return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

void file_discard(const char *path)
{
    (void)remove_name(path, 0);
}

int file_remove_directory(const char *path)
{
    int rc = remove_name(path, AT_REMOVEDIR);
    return rc == -ENOENT || rc == -ENOTDIR || rc == -ENOTEMPTY || rc == -EEXIST ? 0 : rc;
}

int file_stat(const char *path, struct stat *ret)
{
    struct parent parent;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    rc = fstatat(parent.fd, parent.name, ret, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
    descriptor_close(&parent.fd);
    return rc;
}

/* Both names lie in one directory, so that they cannot be led apart. */
static int give_name(const char *path, const char *other, bool keep)
{
    struct parent parent;
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    const char *name = other + length;
    if (strncmp(path, other, length) != 0 || strchr(name, '/') != NULL)
        return -EXDEV;
    int rc = open_parent_nofollow(path, &parent);
    if (rc < 0)
        return rc;
    rc = keep ? linkat(parent.fd, parent.name, parent.fd, name, 0)
              : renameat(parent.fd, parent.name, parent.fd, name);
    rc = rc < 0 ? -errno : 0;
    descriptor_close(&parent.fd);
    return rc;
}

int file_rename(const char *from, const char *to)
{
    return give_name(from, to, false);
}

int file_link(const char *from, const char *to)
{
    return give_name(from, to, true);
}

bool file_is_one(const char *path, const char *other)
{
    struct stat st, its;
    return file_stat(path, &st) == 0 && file_stat(other, &its) == 0 && st.st_dev == its.st_dev &&
           st.st_ino == its.st_ino;
}

int file_list(struct mem *mem, const char *path, struct names *ret)
{
    struct names names = {0};
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -errno;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL; errno = 0)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            names_add(mem, &names, mem_str(mem, entry->d_name));
    int rc = -errno;
    (void)closedir(dir);
    if (rc == 0)
        *ret = names;
    return rc;
}

static const char *name_beside(struct mem *mem, const char *path, const char *name)
{
    const char *parent = file_parent(mem, path);
    return mem_printf(mem, "%s/.tfhook-%s", strcmp(parent, "/") == 0 ? "" : parent, name);
}

const char *file_temp_name(struct mem *mem, const char *path)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint64_t)getpid();
    return name_beside(mem, path, mem_printf(mem, "%016jx", (uintmax_t)number));
}

int file_replace(struct mem *mem, const char *path, const struct blob *content, int mode)
{
    /* A fixed name, so that what a crash leaves is taken away by the next run. */
    const char *temp = name_beside(mem, path, strrchr(path, '/') + 1);
    file_discard(temp);
    int rc = file_create(temp, content, mode, NULL);
    if (rc == 0)
        rc = file_rename(temp, path);
    if (rc == 0)
        return file_sync_parent(path);
    file_discard(temp);
    return rc;
}

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

static int open_regular(const char *path, struct stat *ret_stat)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    int rc = fstat(fd, ret_stat) < 0       ? -errno
             : S_ISDIR(ret_stat->st_mode)  ? -EISDIR
             : !S_ISREG(ret_stat->st_mode) ? -EINVAL
                                           : 0;
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    return fd;
}

int file_read(struct mem *mem, const char *path, size_t limit, struct blob *ret)
{
    struct stat st;
    int fd = open_regular(path, &st);
    if (fd < 0)
        return fd;
    int rc = 0;
    if ((uintmax_t)st.st_size > limit) {
        rc = -EFBIG;
        goto out;
    }
    /* The file may grow while it is read: one byte more than its size shows that. */
    size_t room = (size_t)st.st_size + 1;
    unsigned char *data = mem_alloc(mem, room + 1);
    size_t size = 0;
    while (size < room) {
        ssize_t got = read(fd, data + size, room - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc = -errno;
            goto out;
        }
        if (got == 0)
            break;
        size += (size_t)got;
    }
    if (size == room) {
        rc = -EAGAIN;
        goto out;
    }
    data[size] = '\0';
    *ret = (struct blob){data, size};
out:
    (void)close(fd);
    return rc;
}

static int write_all(int fd, const struct blob *content)
{
    size_t done = 0;
    while (done < content->size) {
        ssize_t put = write(fd, content->data + done, content->size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        done += (size_t)put;
    }
    return 0;
}

/* These describe the old content, not the file: the kernel makes them anew. */
static bool is_about_content(const char *name)
{
    return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

enum { XATTRS_SIZE = 16 * 1024 };

/* What the new file got from its directory (a default ACL) and the old one does not have. */
static int drop_other_xattrs(int from, int to)
{
    char names[XATTRS_SIZE];
    ssize_t size = flistxattr(to, names, sizeof names);
    if (size < 0)
        return errno == ENOTSUP ? 0 : -errno;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        if (strncmp(name, "security.", 9) == 0 || fgetxattr(from, name, NULL, 0) >= 0)
            continue;
        if (fremovexattr(to, name) < 0)
            return -errno;
    }
    return 0;
}

/* ACLs are extended attributes to the kernel, so this copies them too. */
static int copy_xattrs(int from, int to)
{
    char names[XATTRS_SIZE];
    char value[XATTRS_SIZE];
    int rc = drop_other_xattrs(from, to);
    ssize_t size = rc < 0 ? rc : flistxattr(from, names, sizeof names);
    if (size < 0)
        return rc < 0 ? rc : errno == ENOTSUP ? 0 : -errno;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        if (is_about_content(name))
            continue;
        ssize_t length = fgetxattr(from, name, value, sizeof value);
        if (length < 0)
            return -errno;
        if (fsetxattr(to, name, value, (size_t)length, 0) < 0)
            return -errno;
    }
    return 0;
}

static int copy_owner_and_mode(int fd, const char *like)
{
    struct stat st;
    int from = open_regular(like, &st);
    if (from < 0)
        return from;
    /* Owner first: chown drops set-id bits. Mode last: an ACL's mask is part of it. */
    int rc = fchown(fd, st.st_uid, st.st_gid) < 0 ? -errno : copy_xattrs(from, fd);
    if (rc == 0 && fchmod(fd, st.st_mode & 07777) < 0)
        rc = -errno;
    (void)close(from);
    return rc;
}

int file_create(const char *path, const struct blob *content, int mode, const char *like)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int rc = write_all(fd, content);
    if (rc == 0 && like != NULL)
        rc = copy_owner_and_mode(fd, like);
    if (rc == 0 && mode >= 0 && fchmod(fd, (mode_t)mode) < 0)
        rc = -errno;
    if (rc == 0 && fsync(fd) < 0)
        rc = -errno;
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc < 0)
        (void)unlink(path);
    return rc;
}

const char *file_parent(struct mem *mem, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : mem_strn(mem, path, (size_t)(slash - path));
}

int file_sync_parent(const char *path)
{
    struct mem mem = {0};
    int fd = open(file_parent(&mem, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : 0;
    mem_free(&mem);
    if (rc < 0)
        return rc;
    if (fsync(fd) < 0)
        rc = -errno;
    (void)close(fd);
    return rc;
}

int file_make_directory(const char *path, unsigned mode)
{
    if (mkdir(path, (mode_t)mode) == 0)
        return file_sync_parent(path);
    return errno == EEXIST ? 0 : -errno;
}

int file_remove(const char *path)
{
    while (unlink(path) < 0)
        if (errno != EINTR)
            return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    return 0;
}

int file_remove_directory(const char *path)
{
    while (rmdir(path) < 0) {
        bool stays = errno == ENOENT || errno == ENOTDIR || errno == ENOTEMPTY || errno == EEXIST;
        if (errno != EINTR)
            return stays ? 0 : -errno;
    }
    return 0;
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

const char *file_temp_name(struct mem *mem, const char *path)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint64_t)getpid();
    return mem_printf(mem, "%s/.tfhook-%016jx",
                      strcmp(file_parent(mem, path), "/") == 0 ? "" : file_parent(mem, path),
                      (uintmax_t)number);
}

int file_replace(struct mem *mem, const char *path, const struct blob *content, int mode)
{
    /* A fixed name, so that what a crash leaves is taken away by the next run. */
    const char *temp =
        mem_printf(mem, "%s/.tfhook-%s", file_parent(mem, path), strrchr(path, '/') + 1);
    (void)unlink(temp);
    int rc = file_create(temp, content, mode, NULL);
    if (rc < 0)
        return rc;
    if (rename(temp, path) < 0) {
        rc = -errno;
        (void)unlink(temp);
        return rc;
    }
    return file_sync_parent(path);
}

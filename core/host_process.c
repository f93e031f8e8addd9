/* The host function by which a plugin looks at processes. */
#include "aside.h"
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT = 4 * 1024 * 1024, PART = 4096 };

struct look {
    struct guest *guest;
    char path[PATH_MAX];
    size_t limit;
    struct tfhook_data ret;
};

/* Files of /proc have no size to go by; nearly all fit into one part. */
static int read_all(struct look *look, int fd)
{
    unsigned char part[PART];
    struct mem *mem = look->guest->mem;
    unsigned char *data = NULL;
    size_t room = 0, size = 0;
    ssize_t got = 0;
    int rc = 0;
    while (rc == 0 && (got = read(fd, part, sizeof part)) != 0) {
        if (got < 0) {
            rc = errno == EINTR ? 0 : -errno;
            continue;
        }
        if (size + (size_t)got > look->limit) {
            rc = -EFBIG;
            continue;
        }
        if (size + (size_t)got > room) {
            room = (size + (size_t)got) * (size > 0 ? 4 : 1);
            unsigned char *larger = mem_alloc(mem, room + 1);
            if (size > 0) {
                memcpy(larger, data, size);
                explicit_bzero(data, size); /* it may be an environment */
            }
            data = larger;
        }
        memcpy(data + size, part, (size_t)got);
        size += (size_t)got;
    }
    explicit_bzero(part, sizeof part);
    if (rc < 0 && size > 0)
        explicit_bzero(data, size);
    if (rc == 0)
        look->ret = (struct tfhook_data){data == NULL ? (const unsigned char *)"" : data, size};
    return rc;
}

static void found(struct look *look, const char *text)
{
    look->ret = (struct tfhook_data){(const unsigned char *)text, strlen(text)};
}

static int read_target(struct look *look)
{
    char target[PATH_MAX];
    ssize_t length = readlink(look->path, target, sizeof target);
    if (length < 0)
        return -errno;
    found(look, mem_strn(look->guest->mem, target, (size_t)length));
    return 0;
}

static int look_at(void *context)
{
    struct look *look = context;
    int fd = open(look->path, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP ? read_target(look) : -errno;
    int rc = read_all(look, fd);
    (void)close(fd);
    return rc;
}

/* A plugin that asks for one process's program asks for that of all: one way aside serves them. */
static int see_programs(void *context)
{
    struct guest *guest = context;
    char path[64], target[PATH_MAX];
    DIR *dir = opendir("/proc");
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        long pid = 0;
        if (!text_number(entry->d_name, 1, LONG_MAX, &pid))
            continue;
        (void)snprintf(path, sizeof path, "/proc/%ld/exe", pid);
        ssize_t length = readlink(path, target, sizeof target);
        struct seen_program *program = mem_push(guest->mem, guest->programs, guest->program_count);
        *program = (struct seen_program){.pid = pid, .error = length < 0 ? errno : 0};
        if (length >= 0)
            program->path = mem_strn(guest->mem, target, (size_t)length);
    }
    if (dir != NULL)
        (void)closedir(dir);
    guest->programs_seen = true;
    return 0;
}

static int look_aside(struct look *look, long pid, const char *name)
{
    struct guest *guest = look->guest;
    bool program = strcmp(name, "exe") == 0;
    if (program && !guest->programs_seen)
        (void)aside_run(see_programs, guest);
    for (size_t i = 0; program && i < guest->program_count; i++)
        if (guest->programs[i].pid == pid) {
            if (guest->programs[i].path == NULL)
                return -guest->programs[i].error;
            found(look, guest->programs[i].path);
            return 0;
        }
    return aside_run(look_at, look);
}

static bool is_below(const char *name)
{
    if (name == NULL || name[0] == '\0' || name[0] == '/')
        return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strcmp(part, "..") == 0 || strncmp(part, "../", 3) == 0)
            return false;
    }
    return true;
}

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct look look = {.guest = host->core, .limit = limit == 0 || limit > LIMIT ? LIMIT : limit};
    if (pid < 0 || !is_below(name))
        return guest_misuse(look.guest, "a process or a name of its that cannot be");
    pid = pid == 0 ? getpid() : pid;
    int length = snprintf(look.path, sizeof look.path, "/proc/%ld/%s", pid, name);
    if (length < 0 || (size_t)length >= sizeof look.path)
        return -ENAMETOOLONG;
    bool refused = look.guest->programs_seen && strcmp(name, "exe") == 0;
    int rc = refused ? -EACCES : look_at(&look);
    if (rc == -EACCES || rc == -EPERM)
        rc = look_aside(&look, pid, name);
    if (rc == 0)
        *ret = look.ret;
    return rc;
}

void host_table_process(struct tfhook_host *ret)
{
    ret->process = host_process;
}

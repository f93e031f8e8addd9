/* The host function by which a plugin looks at processes. The kernel decides what it may see. */
#include "descriptors.h"
#include "host_context.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROCESS_LIMIT = 4 * 1024 * 1024 };

/* Is it the name of something below /proc/PID? */
static bool is_below_process(const char *name)
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

static int read_process_file(struct mem *mem, int fd, size_t limit, struct blob *ret)
{
    struct mem scratch = {0};
    struct blob content;
    int rc = descriptor_read(&scratch, fd, limit, &content);
    if (rc == 0) {
        *ret = (struct blob){mem_copy(mem, content.data, content.size), content.size};
        explicit_bzero((void *)(uintptr_t)content.data,
                       content.size); /* it may be an environment */
    }
    mem_free(&scratch);
    return rc;
}

static int read_process_link(struct mem *mem, const char *path, struct blob *ret)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0)
        return -errno;
    *ret = (struct blob){mem_copy(mem, target, (size_t)length), (size_t)length};
    return 0;
}

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct host_context *context = host->core;
    struct blob found = {0};
    if (pid < 0 || !is_below_process(name))
        return host_misuse(context, "a process or a name of its that cannot be");
    limit = limit == 0 || limit > PROCESS_LIMIT ? PROCESS_LIMIT : limit;
    const char *path =
        mem_printf(context->mem, "/proc/%ld/%s", pid == 0 ? (long)getpid() : pid, name);
    int rc = read_process_link(context->mem, path, &found);
    if (rc == -EINVAL) { /* no link */
        int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        rc = fd < 0 ? -errno : read_process_file(context->mem, fd, limit, &found);
        descriptor_close(&fd);
    }
    if (rc == 0)
        *ret = (struct tfhook_data){found.data, found.size};
    return rc;
}

void host_add_procfs(struct tfhook_host *ret)
{
    ret->process = host_process;
}

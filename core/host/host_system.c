/*
 * The host functions by which a plugin looks at the running system. A command only looks: no shell,
 * a clean environment, bounds of time and size; it is the real user's, and bound by the limits of
 * the call (sandbox.h). Of processes the kernel decides what may be seen.
 */
#include "clock.h"
#include "descriptors.h"
#include "file.h"
#include "host_context.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ERR_LIMIT = 8192 };

struct stream {
    int fd;
    unsigned char *data;
    size_t size, limit;
    bool truncated;
};

struct probe {
    const char *const *argv;
    int64_t deadline;
    struct stream in, out, err; /* our ends; in.data NULL: /dev/null */
};

static _Noreturn void exec_probe(const char *const *argv, pid_t parent, const int streams[3])
{
    struct mem mem = {0};
    const struct passwd *user = getpwuid(getuid());
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char lang[] = "LANG=C";
    char *home = mem_printf(&mem, "HOME=%s", user == NULL ? "/" : user->pw_dir);
    char *const environment[] = {path, home, lang, NULL};
    if (sandbox_enter_command(parent, streams))
        (void)execve(argv[0], (char *const *)(uintptr_t)argv, environment);
    /* Told apart from a command's own status by the message on its stderr. */
    dprintf(2, "cannot run %s: %s", argv[0], strerror(errno));
    _exit(127);
}

/* Its process; -1 with errno set when there is none. */
static pid_t start_probe(struct probe *probe)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    int err[2] = {-1, -1};
    pid_t parent = getpid();
    pid_t pid = -1;
    if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0 &&
        (probe->in.data == NULL ||
         (pipe2(in, O_CLOEXEC) == 0 && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0)))
        pid = fork();
    if (pid == 0)
        exec_probe(probe->argv, parent, (const int[]){in[0], out[1], err[1]});
    descriptor_close(&in[0]);
    descriptor_close(&out[1]);
    descriptor_close(&err[1]);
    probe->in.fd = in[1];
    probe->out.fd = out[0];
    probe->err.fd = err[0];
    return pid;
}

/* Take what is there, or close the stream at its end. What is above the limit is dropped. */
static void drain_stream(struct stream *stream)
{
    unsigned char spare[4096];
    bool full = stream->size == stream->limit;
    ssize_t got = full
                      ? read(stream->fd, spare, sizeof spare)
                      : read(stream->fd, stream->data + stream->size, stream->limit - stream->size);
    if (got > 0 && full)
        stream->truncated = true;
    else if (got > 0)
        stream->size += (size_t)got;
    else if (got == 0 || errno != EINTR)
        descriptor_close(&stream->fd);
}

/* Give what the pipe takes; close it when all is given, or the command has closed its stdin. */
static void feed_stdin(struct stream *in)
{
    ssize_t gave = write(in->fd, in->data + in->size, in->limit - in->size);
    in->size += gave > 0 ? (size_t)gave : 0;
    if (in->size == in->limit || (gave < 0 && errno != EINTR && errno != EAGAIN))
        descriptor_close(&in->fd);
}

/* Until both streams end, or the deadline comes, or one byte above the limit of stdout. False: the
 * deadline has come. */
static bool collect_output(struct probe *probe)
{
    while ((probe->out.fd >= 0 || probe->err.fd >= 0) && !probe->out.truncated) {
        struct pollfd fds[] = {
            {probe->out.fd, POLLIN, 0}, {probe->err.fd, POLLIN, 0}, {probe->in.fd, POLLOUT, 0}};
        int64_t left = probe->deadline - clock_ms();
        int ready = left <= 0 ? 0 : poll(fds, 3, (int)left);
        if (ready == 0)
            return false;
        if (ready < 0)
            continue; /* a signal */
        if (fds[0].revents != 0)
            drain_stream(&probe->out);
        if (fds[1].revents != 0)
            drain_stream(&probe->err);
        if (fds[2].revents != 0)
            feed_stdin(&probe->in);
    }
    return true;
}

/* It may have become another user, whom only root may kill. */
static void kill_probe(pid_t pid)
{
    bool root = sandbox_act_as_root();
    (void)kill(pid, SIGKILL);
    if (root)
        (void)sandbox_drop_root();
}

/* 0, or a negated errno: it could not be started. */
static int run_probe(struct probe *probe, struct tfhook_output *ret)
{
    /* A plugin may have seen to it that nothing is kept of a process that has ended. */
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    struct sigaction before;
    (void)sigaction(SIGCHLD, &by_default, &before);
    pid_t pid = start_probe(probe);
    int rc = pid < 0 ? -errno : 0;
    if (pid > 0) {
        int status = 0;
        bool in_time = collect_output(probe);
        descriptor_close(&probe->in.fd); /* it may wait for its end */
        if (probe->out.truncated)
            kill_probe(pid);
        /* Its streams may have ended long before it does. */
        if (!clock_wait_process(pid, probe->deadline, &status)) {
            in_time = false;
            kill_probe(pid);
            (void)waitpid(pid, &status, 0);
        }
        *ret = (struct tfhook_output){.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                                                         : WEXITSTATUS(status),
                                      .timed_out = !in_time,
                                      .truncated = probe->out.truncated,
                                      .out = {probe->out.data, probe->out.size},
                                      .err = {probe->err.data, probe->err.size}};
    }
    (void)sigaction(SIGCHLD, &before, NULL);
    descriptor_close(&probe->in.fd);
    descriptor_close(&probe->out.fd);
    descriptor_close(&probe->err.fd);
    return rc;
}

static int probe_command(struct host_context *context, const char *const *argv,
                         const struct blob *input, int seconds, size_t limit,
                         struct tfhook_output *ret)
{
    struct mem *mem = context->mem;
    struct tfhook_output out = {0};
    if (argv == NULL || argv[0] == NULL || argv[0][0] != '/')
        return host_misuse(context, "a probe without an absolute path");
    if (seconds <= 0 || limit == 0 || limit > FILE_LIMIT)
        return host_misuse(context, "a probe without a deadline or a limit");
    if (access(argv[0], X_OK) < 0)
        return -errno;
    struct probe probe = {
        .argv = argv,
        .deadline = clock_ms() + (int64_t)seconds * 1000,
        .in = {.data = (unsigned char *)(uintptr_t)input->data, .limit = input->size},
        .out = {.data = mem_alloc(mem, limit + 1), .limit = limit},
        .err = {.data = mem_alloc(mem, ERR_LIMIT + 1), .limit = ERR_LIMIT}};
    int rc = run_probe(&probe, &out);
    return rc < 0 ? rc : host_give(context, ret, &out, sizeof out, "tfhook_output");
}

static int host_probe(const struct tfhook_host *host, const char *const *argv, int seconds,
                      size_t limit, struct tfhook_output *ret)
{
    return probe_command(host->core, argv, &(struct blob){0}, seconds, limit, ret);
}

static int host_probe_input(const struct tfhook_host *host, const char *const *argv,
                            const void *input, size_t size, int seconds, size_t limit,
                            struct tfhook_output *ret)
{
    if (input == NULL)
        return host_misuse(host->core, "an input of a probe that is NULL");
    return probe_command(host->core, argv, &(struct blob){input, size}, seconds, limit, ret);
}

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

void host_add_system(struct tfhook_host *ret)
{
    ret->probe = host_probe;
    ret->probe_input = host_probe_input;
    ret->process = host_process;
}

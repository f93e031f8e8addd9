/* The host functions by which a plugin runs a command that only looks. */
#include "aside.h"
#include "clock.h"
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ERR_LIMIT = 8192 };

struct probe {
    struct guest *guest;
    const char *const *argv;
    const unsigned char *input; /* NULL: its stdin is /dev/null */
    size_t input_size;
    int seconds;
    size_t limit;
    const char *home; /* "HOME=..." */
    struct tfhook_output out;
};

struct stream {
    int fd;
    unsigned char *data;
    size_t size, limit;
    bool truncated;
};

static _Noreturn void exec_probe(const struct probe *probe, int in, int out, int err)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char lang[] = "LANG=C";
    char *const environment[] = {path, (char *)(uintptr_t)probe->home, lang, NULL};
    sigset_t none;
    if (in < 0)
        in = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0)
        (void)execve(probe->argv[0], (char *const *)(uintptr_t)probe->argv, environment);
    /* Told apart from a command's own status by the message on its stderr. */
    dprintf(2, "cannot run %s: %s", probe->argv[0], strerror(errno));
    _exit(127);
}

/* Take what is there; false at the end of the stream. */
static bool drain(struct stream *stream)
{
    unsigned char spare[4096];
    bool full = stream->size == stream->limit;
    ssize_t got = full
                      ? read(stream->fd, spare, sizeof spare)
                      : read(stream->fd, stream->data + stream->size, stream->limit - stream->size);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (got == 0)
        return false;
    if (full)
        stream->truncated = true;
    else
        stream->size += (size_t)got;
    return true;
}

/* Give what the pipe takes; false when all is given, or the command has closed its stdin. */
static bool feed(int fd, struct stream *in)
{
    ssize_t gave = write(fd, in->data + in->size, in->limit - in->size);
    if (gave < 0)
        return errno == EINTR || errno == EAGAIN;
    in->size += (size_t)gave;
    return in->size < in->limit;
}

static void close_stream(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Until both streams end, or the deadline, or one byte above the limit of stdout. */
static void collect(struct stream *in, struct stream *out, struct stream *err, int64_t deadline,
                    bool *ret_timed_out)
{
    struct pollfd fds[] = {{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}, {in->fd, POLLOUT, 0}};
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !out->truncated) {
        int64_t left = deadline - clock_ms();
        if (left <= 0) {
            *ret_timed_out = true;
            return;
        }
        if (poll(fds, 3, (int)(left > 1000 ? 1000 : left)) <= 0)
            continue;
        if (fds[0].revents != 0 && !drain(out))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !drain(err))
            fds[1].fd = -1;
        if (fds[2].revents != 0 && !feed(in->fd, in)) {
            close_stream(&in->fd);
            fds[2].fd = -1;
        }
    }
}

/* Its streams may have ended long before it does. */
static int wait_status(pid_t pid, int64_t deadline, bool *ret_timed_out)
{
    int status = 0;
    pid_t got = 0;
    for (int i = 0; (got = waitpid(pid, &status, WNOHANG)) != pid; i++) {
        if (got < 0 && errno != EINTR)
            return 127;
        if (clock_ms() >= deadline) {
            *ret_timed_out = true;
            (void)kill(pid, SIGKILL);
        }
        const struct timespec moment = {0, i < 50 ? 100000 : 2000000};
        (void)nanosleep(&moment, NULL);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The pipes of a probe, and its process; -1 with errno set when there is none. */
static pid_t start(const struct probe *probe, int in[2], int out[2], int err[2])
{
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return -1;
    if (probe->input != NULL && (pipe2(in, O_CLOEXEC) < 0 || fcntl(in[1], F_SETFL, O_NONBLOCK) < 0))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        exec_probe(probe, in[0], out[1], err[1]);
    return pid;
}

static int run(void *context)
{
    struct probe *probe = context;
    struct mem *mem = probe->guest->mem;
    int in_pipe[2] = {-1, -1};
    int out_pipe[2] = {-1, -1};
    int err_pipe[2] = {-1, -1};
    pid_t pid = start(probe, in_pipe, out_pipe, err_pipe);
    int error = errno;
    close_stream(&in_pipe[0]);
    close_stream(&out_pipe[1]);
    close_stream(&err_pipe[1]);
    if (pid > 0) {
        struct stream in = {.fd = in_pipe[1],
                            .data = (unsigned char *)(uintptr_t)probe->input,
                            .limit = probe->input_size};
        struct stream out = {
            .fd = out_pipe[0], .data = mem_alloc(mem, probe->limit + 1), .limit = probe->limit};
        struct stream err = {
            .fd = err_pipe[0], .data = mem_alloc(mem, ERR_LIMIT + 1), .limit = ERR_LIMIT};
        bool timed_out = false;
        int64_t deadline = clock_ms() + (int64_t)probe->seconds * 1000;
        collect(&in, &out, &err, deadline, &timed_out);
        close_stream(&in.fd); /* it may wait for its end */
        in_pipe[1] = -1;
        if (timed_out || out.truncated)
            (void)kill(pid, SIGKILL);
        int status = wait_status(pid, deadline, &timed_out);
        probe->out = (struct tfhook_output){.exit_status = status,
                                            .timed_out = timed_out,
                                            .truncated = out.truncated,
                                            .out = {out.data, out.size},
                                            .err = {err.data, err.size}};
    }
    close_stream(&in_pipe[1]);
    close_stream(&out_pipe[0]);
    close_stream(&err_pipe[0]);
    return pid > 0 ? 0 : -error;
}

static int probe_it(struct probe *probe, struct tfhook_output *ret)
{
    struct guest *guest = probe->guest;
    if (probe->argv == NULL || probe->argv[0] == NULL || probe->argv[0][0] != '/')
        return guest_misuse(guest, "a probe without an absolute path");
    if (probe->seconds <= 0 || probe->limit == 0 || probe->limit > FILE_LIMIT)
        return guest_misuse(guest, "a probe without a deadline or a limit");
    if (ret->struct_size < sizeof ret->struct_size || ret->struct_size > 64 * sizeof *ret)
        return guest_misuse(guest, "struct_size of a struct tfhook_output is not set");
    if (access(probe->argv[0], X_OK) < 0)
        return -errno;
    const struct passwd *user = getpwuid(geteuid());
    probe->home = mem_printf(guest->mem, "HOME=%s", user == NULL ? "/" : user->pw_dir);
    int rc = aside_run(run, probe);
    if (rc < 0)
        return rc;
    size_t size = ret->struct_size;
    probe->out.struct_size = size;
    memcpy(ret, &probe->out, size < sizeof probe->out ? size : sizeof probe->out);
    return 0;
}

static int host_probe(const struct tfhook_host *host, const char *const *argv, int seconds,
                      size_t limit, struct tfhook_output *ret)
{
    struct probe probe = {.guest = host->core, .argv = argv, .seconds = seconds, .limit = limit};
    return probe_it(&probe, ret);
}

static int host_probe_input(const struct tfhook_host *host, const char *const *argv,
                            const void *input, size_t size, int seconds, size_t limit,
                            struct tfhook_output *ret)
{
    struct probe probe = {.guest = host->core,
                          .argv = argv,
                          .input = input,
                          .input_size = size,
                          .seconds = seconds,
                          .limit = limit};
    if (input == NULL)
        return guest_misuse(probe.guest, "an input of a probe that is NULL");
    return probe_it(&probe, ret);
}

void host_table_probe(struct tfhook_host *ret)
{
    ret->probe = host_probe;
    ret->probe_input = host_probe_input;
}

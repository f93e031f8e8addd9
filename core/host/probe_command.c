#include "probe_command.h"

#include "clock.h"
#include "descriptors.h"
#include "mem.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ERR_LIMIT = 8192 };

struct stream {
    int fd;
    unsigned char *data;
    size_t size, limit;
    bool truncated;
};

static _Noreturn void exec_probe(const struct probe *probe, pid_t parent, const int streams[3])
{
    struct mem mem = {0};
    const struct passwd *user = getpwuid(getuid());
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char lang[] = "LANG=C";
    char *home = mem_printf(&mem, "HOME=%s", user == NULL ? "/" : user->pw_dir);
    char *const environment[] = {path, home, lang, NULL};
    if (sandbox_enter_command(parent, streams))
        (void)execve(probe->argv[0], (char *const *)(uintptr_t)probe->argv, environment);
    /* Told apart from a command's own status by the message on its stderr. */
    dprintf(2, "cannot run %s: %s", probe->argv[0], strerror(errno));
    _exit(127);
}

/* Take what is there; false at the end of the stream. */
static bool drain_stream(struct stream *stream)
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
static bool feed_stdin(int fd, struct stream *in)
{
    ssize_t gave = write(fd, in->data + in->size, in->limit - in->size);
    if (gave < 0)
        return errno == EINTR || errno == EAGAIN;
    in->size += (size_t)gave;
    return in->size < in->limit;
}

/* Until both streams end, or the deadline comes, or one byte above the limit of stdout. False: the
 * deadline has come. */
static bool collect_output(struct stream *in, struct stream *out, struct stream *err,
                           int64_t deadline)
{
    struct pollfd fds[] = {{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}, {in->fd, POLLOUT, 0}};
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !out->truncated) {
        int64_t left = deadline - clock_ms();
        int ready = left <= 0 ? 0 : poll(fds, 3, (int)left);
        if (ready == 0)
            return false;
        if (ready < 0)
            continue; /* a signal */
        if (fds[0].revents != 0 && !drain_stream(out))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !drain_stream(err))
            fds[1].fd = -1;
        if (fds[2].revents != 0 && !feed_stdin(in->fd, in)) {
            descriptor_close(&in->fd);
            fds[2].fd = -1;
        }
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

/* Its streams may have ended long before it does. False: it was killed at the deadline. */
static bool wait_for_end(pid_t pid, int64_t deadline, int *ret_status)
{
    const struct timespec moment = {0, 1000000};
    while (waitpid(pid, ret_status, WNOHANG) == 0) {
        if (clock_ms() >= deadline) {
            kill_probe(pid);
            (void)waitpid(pid, ret_status, 0);
            return false;
        }
        (void)nanosleep(&moment, NULL);
    }
    return true;
}

/* Its process, and our ends of its streams; -1 with errno set when there is none. */
static pid_t start_process(const struct probe *probe, struct stream *in, struct stream *out,
                           struct stream *err)
{
    int in_pipe[2] = {-1, -1};
    int out_pipe[2] = {-1, -1};
    int err_pipe[2] = {-1, -1};
    pid_t parent = getpid();
    pid_t pid = -1;
    if (pipe2(out_pipe, O_CLOEXEC) == 0 && pipe2(err_pipe, O_CLOEXEC) == 0 &&
        (probe->input.data == NULL ||
         (pipe2(in_pipe, O_CLOEXEC) == 0 && fcntl(in_pipe[1], F_SETFL, O_NONBLOCK) == 0)))
        pid = fork();
    if (pid == 0)
        exec_probe(probe, parent, (const int[]){in_pipe[0], out_pipe[1], err_pipe[1]});
    int error = errno;
    descriptor_close(&in_pipe[0]);
    descriptor_close(&out_pipe[1]);
    descriptor_close(&err_pipe[1]);
    in->fd = in_pipe[1];
    out->fd = out_pipe[0];
    err->fd = err_pipe[0];
    errno = error;
    return pid;
}

int probe_run(struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
{
    struct stream in = {.data = (unsigned char *)(uintptr_t)probe->input.data,
                        .limit = probe->input.size};
    struct stream out = {.data = mem_alloc(mem, probe->limit + 1), .limit = probe->limit};
    struct stream err = {.data = mem_alloc(mem, ERR_LIMIT + 1), .limit = ERR_LIMIT};
    int64_t deadline = clock_ms() + probe->seconds * 1000;
    /* A plugin may have seen to it that nothing is kept of a process that has ended. */
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    struct sigaction before;
    (void)sigaction(SIGCHLD, &by_default, &before);
    pid_t pid = start_process(probe, &in, &out, &err);
    int rc = pid < 0 ? -errno : 0;
    if (pid > 0) {
        int status = 0;
        bool in_time = collect_output(&in, &out, &err, deadline);
        descriptor_close(&in.fd); /* it may wait for its end */
        if (out.truncated)
            kill_probe(pid);
        in_time &= wait_for_end(pid, deadline, &status);
        *ret = (struct tfhook_output){.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                                                         : WEXITSTATUS(status),
                                      .timed_out = !in_time,
                                      .truncated = out.truncated,
                                      .out = {out.data, out.size},
                                      .err = {err.data, err.size}};
    }
    (void)sigaction(SIGCHLD, &before, NULL);
    descriptor_close(&in.fd);
    descriptor_close(&out.fd);
    descriptor_close(&err.fd);
    return rc;
}

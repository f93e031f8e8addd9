#include "probe_command.h"

#include "clock.h"
#include "descriptors.h"
#include "mem.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
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

static _Noreturn void exec_probe(const struct probe *probe, int in, int out, int err)
{
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char lang[] = "LANG=C";
    struct mem mem = {0};
    char *const environment[] = {path, mem_printf(&mem, "HOME=%s", probe->home), lang, NULL};
    const struct sandbox sandbox = {
        .group = probe->group, .seconds = probe->cpu_seconds, .streams = {in, out, err}};
    bool confined = sandbox_enter(&sandbox);
    if (confined && probe->look != NULL)
        _exit(probe->look(probe->context));
    if (confined)
        (void)execve(probe->argv[0], (char *const *)(uintptr_t)probe->argv, environment);
    /* Told apart from a command's own status by the message on its stderr. */
    dprintf(2, "cannot run %s: %s", probe->look != NULL ? "a look" : probe->argv[0],
            strerror(errno));
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

/* Until both streams end, or the deadline comes, or one byte above the limit of stdout. */
static void collect_output(struct stream *in, struct stream *out, struct stream *err,
                           const struct deadline *deadline, bool *ret_timed_out)
{
    struct pollfd fds[] = {{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}, {in->fd, POLLOUT, 0}};
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !out->truncated) {
        *ret_timed_out = deadline_is_over(deadline) || !deadline_poll(deadline, fds, 3);
        if (*ret_timed_out)
            return;
        if (fds[0].revents != 0 && !drain_stream(out))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !drain_stream(err))
            fds[1].fd = -1;
        if (fds[2].revents != 0 && !feed_stdin(in->fd, in)) {
            descriptor_close(&in->fd);
            fds[2].fd = -1;
        }
    }
}

/* Its streams may have ended long before it does. What cannot be killed, for the kernel waits for a
 * disk or a server, is left behind after a while: nobody shall wait for it with the lock in hand.
 */
static int wait_status(pid_t pid, const struct deadline *deadline, bool killed, bool *ret_timed_out)
{
    enum { LAST_MS = 1000 };
    int status = 0;
    pid_t got = 0;
    int64_t last = clock_ms() + LAST_MS;
    for (int i = 0; (got = waitpid(pid, &status, WNOHANG)) != pid; i++) {
        if (got < 0 && errno != EINTR)
            return 127;
        if (killed && clock_ms() > last) {
            *ret_timed_out = true;
            return 128 + SIGKILL;
        }
        if (!killed && deadline_is_over(deadline)) {
            *ret_timed_out = killed = true;
            (void)kill(pid, SIGKILL);
            last = clock_ms() + LAST_MS;
        }
        const struct timespec moment = {0, i < 50 ? 100000 : 2000000};
        (void)nanosleep(&moment, NULL);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The pipes of a probe, and its process; -1 with errno set when there is none. */
static pid_t start_process(const struct probe *probe, int in[2], int out[2], int err[2])
{
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return -1;
    if (probe->input.data != NULL &&
        (pipe2(in, O_CLOEXEC) < 0 || fcntl(in[1], F_SETFL, O_NONBLOCK) < 0))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        exec_probe(probe, in[0], out[1], err[1]);
    return pid;
}

int probe_run(struct mem *mem, const struct probe *probe, struct tfhook_output *ret)
{
    int in_pipe[2] = {-1, -1};
    int out_pipe[2] = {-1, -1};
    int err_pipe[2] = {-1, -1};
    pid_t pid = start_process(probe, in_pipe, out_pipe, err_pipe);
    int error = errno;
    descriptor_close(&in_pipe[0]);
    descriptor_close(&out_pipe[1]);
    descriptor_close(&err_pipe[1]);
    if (pid > 0) {
        struct stream in = {.fd = in_pipe[1],
                            .data = (unsigned char *)(uintptr_t)probe->input.data,
                            .limit = probe->input.size};
        struct stream out = {
            .fd = out_pipe[0], .data = mem_alloc(mem, probe->limit + 1), .limit = probe->limit};
        struct stream err = {
            .fd = err_pipe[0], .data = mem_alloc(mem, ERR_LIMIT + 1), .limit = ERR_LIMIT};
        bool timed_out = false;
        struct deadline deadline = *probe->deadline;
        int64_t own = clock_ms() + probe->seconds * 1000;
        if (own < deadline.at)
            deadline.at = own;
        collect_output(&in, &out, &err, &deadline, &timed_out);
        descriptor_close(&in.fd); /* it may wait for its end */
        in_pipe[1] = -1;
        bool killed = timed_out || out.truncated;
        if (killed)
            (void)kill(pid, SIGKILL);
        int status = wait_status(pid, &deadline, killed, &timed_out);
        *ret = (struct tfhook_output){.exit_status = status,
                                      .timed_out = timed_out,
                                      .truncated = out.truncated,
                                      .out = {out.data, out.size},
                                      .err = {err.data, err.size}};
    }
    descriptor_close(&in_pipe[1]);
    descriptor_close(&out_pipe[0]);
    descriptor_close(&err_pipe[0]);
    return pid > 0 ? 0 : -error;
}

/* The host function by which a plugin runs a command that only looks. */
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
#include <unistd.h>

enum { ERR_LIMIT = 8192 };

struct stream {
    int fd;
    unsigned char *data;
    size_t size, limit;
    bool truncated;
};

static _Noreturn void exec_probe(const char *const *argv, int out, int err)
{
    const struct passwd *user = getpwuid(geteuid());
    char home[512] = "HOME=/";
    if (user != NULL && strlen(user->pw_dir) < sizeof home - 5)
        memcpy(home + 5, user->pw_dir, strlen(user->pw_dir) + 1);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char lang[] = "LANG=C";
    char *const environment[] = {path, home, lang, NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_DFL);
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0)
        (void)execve(argv[0], (char *const *)(uintptr_t)argv, environment);
    /* Told apart from a command's own status by the message on its stderr. */
    dprintf(2, "cannot run %s: %s", argv[0], strerror(errno));
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

/* Until both streams end, or the deadline, or one byte above the limit of stdout. */
static void collect(struct stream *out, struct stream *err, int64_t deadline, bool *ret_timed_out)
{
    struct pollfd fds[] = {{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}};
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !out->truncated) {
        int64_t left = deadline - clock_ms();
        if (left <= 0) {
            *ret_timed_out = true;
            return;
        }
        if (poll(fds, 2, (int)(left > 1000 ? 1000 : left)) <= 0)
            continue;
        if (fds[0].revents != 0 && !drain(out))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !drain(err))
            fds[1].fd = -1;
    }
}

static int wait_status(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run(struct guest *guest, const char *const *argv, int seconds, size_t limit,
               struct tfhook_output *ret)
{
    int out_pipe[2] = {-1, -1};
    int err_pipe[2] = {-1, -1};
    if (pipe2(out_pipe, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = -1;
    if (pipe2(err_pipe, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0)
        exec_probe(argv, out_pipe[1], err_pipe[1]);
    int error = errno;
    (void)close(out_pipe[1]);
    if (err_pipe[1] >= 0)
        (void)close(err_pipe[1]);
    struct stream out = {out_pipe[0], mem_alloc(guest->mem, limit + 1), 0, limit, false};
    struct stream err = {err_pipe[0], mem_alloc(guest->mem, ERR_LIMIT + 1), 0, ERR_LIMIT, false};
    bool timed_out = false;
    if (pid > 0) {
        collect(&out, &err, clock_ms() + (int64_t)seconds * 1000, &timed_out);
        if (timed_out || out.truncated)
            (void)kill(pid, SIGKILL);
        *ret = (struct tfhook_output){.exit_status = wait_status(pid),
                                      .timed_out = timed_out,
                                      .truncated = out.truncated,
                                      .out = {out.data, out.size},
                                      .err = {err.data, err.size}};
    }
    (void)close(out.fd);
    if (err.fd >= 0)
        (void)close(err.fd);
    return pid > 0 ? 0 : -error;
}

static int host_probe(const struct tfhook_host *host, const char *const *argv, int seconds,
                      size_t limit, struct tfhook_output *ret)
{
    struct guest *guest = host->core;
    if (argv == NULL || argv[0] == NULL || argv[0][0] != '/')
        return guest_misuse(guest, "a probe without an absolute path");
    if (seconds <= 0 || limit == 0 || limit > FILE_LIMIT)
        return guest_misuse(guest, "a probe without a deadline or a limit");
    if (ret->struct_size < sizeof ret->struct_size || ret->struct_size > 64 * sizeof *ret)
        return guest_misuse(guest, "struct_size of a struct tfhook_output is not set");
    if (access(argv[0], X_OK) < 0)
        return -errno;
    struct tfhook_output out = {0};
    int rc = run(guest, argv, seconds, limit, &out);
    if (rc < 0)
        return rc;
    size_t size = ret->struct_size;
    out.struct_size = size;
    memcpy(ret, &out, size < sizeof out ? size : sizeof out);
    return 0;
}

void host_table_probe(struct tfhook_host *ret)
{
    ret->probe = host_probe;
}

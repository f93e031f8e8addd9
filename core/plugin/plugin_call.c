#include "plugin_call.h"

#include "clock.h"
#include "descriptors.h"
#include "interrupt.h"
#include "plugin_child.h"
#include "plugin_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Until the child has ended, or its time is over, or nobody wants its answer any more. A pipe's end
 * says nothing: what the child has started may hold it open, and the child may close it early. Once
 * it has sent its end it exits at once. False: its time is over. */
static bool read_until_end(struct plugin_io *io, pid_t pid)
{
    enum { LOOK_MS = 200, EXIT_MS = 1000, SOON_US = 100, SOON_LOOKS = 20, LATER_US = 5000 };
    int64_t deadline = clock_ms() + io->call->step->timeout * 1000;
    int64_t exit_by = deadline;
    for (int looks = 0; io->broken == NULL && !interrupt_pending;) {
        int64_t now = clock_ms();
        int64_t left = exit_by - now;
        if (left <= 0)
            return exit_by < deadline;
        bool closing = io->ended || io->records < 0;
        int64_t pause_us = (left < LOOK_MS ? left : LOOK_MS) * 1000;
        if (closing)
            pause_us = looks++ < SOON_LOOKS ? SOON_US : LATER_US;
        const struct timespec pause = {0, pause_us * 1000};
        struct pollfd fds[] = {{io->records, POLLIN, 0}, {io->printed, POLLIN, 0}};
        int ready = ppoll(fds, 2, &pause, NULL);
        if (ready > 0 && fds[0].revents != 0)
            (void)plugin_io_read_records(io);
        if (ready > 0 && fds[1].revents != 0)
            (void)plugin_io_read_printed(io);
        if (io->ended && exit_by == deadline && now + EXIT_MS < deadline)
            exit_by = now + EXIT_MS;
        if ((ready == 0 || closing) && has_ended(pid)) {
            plugin_io_drain(io);
            return true;
        }
    }
    return true;
}

/* The wait status of a child that has ended or been killed. One that the kernel does not let go,
 * for a disk or a server, is not waited for with the lock in hand. */
static int reap_child(pid_t pid)
{
    const struct timespec moment = {0, 1000000};
    int status = 0;
    for (int i = 0; i < 2000; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        (void)nanosleep(&moment, NULL);
    }
    return SIGKILL;
}

static void set_failure(struct call_result *result, enum step_status status, const char *message)
{
    result->status = status;
    result->exit = STATUS_FAILED;
    result->message = message;
}

static void judge_end(struct plugin_io *io, int status, bool late)
{
    struct mem *mem = io->mem;
    const char *plugin = io->call->step->plugin;
    if (late)
        set_failure(
            io->result, STEP_TIMED_OUT,
            mem_printf(mem,
                       "the plugin %s did not end within %ld s and was killed; raise timeout "
                       "if it needs longer",
                       plugin, io->call->step->timeout));
    else if (interrupt_pending)
        set_failure(io->result, STEP_FAILED, "interrupted");
    else if (io->broken != NULL)
        set_failure(io->result, STEP_CRASHED,
                    mem_printf(mem, "the plugin %s is broken: %s", plugin, io->broken));
    else if (WIFSIGNALED(status))
        set_failure(io->result, STEP_CRASHED,
                    mem_printf(mem, "the plugin %s crashed: %s%s", plugin,
                               strsignal(WTERMSIG(status)),
                               io->call->call == CALL_PLAN ? "; what it proposed is dropped" : ""));
    else if (!io->ended || WEXITSTATUS(status) != 0)
        set_failure(
            io->result, STEP_CRASHED,
            mem_printf(mem,
                       "the plugin %s ended by itself with exit status %d; what it proposed "
                       "is dropped",
                       plugin, WEXITSTATUS(status)));
}

static int open_ends(struct plugin_io *io, struct plugin_child_ends *theirs)
{
    int records[2] = {-1, -1};
    int printed[2] = {-1, -1};
    bool opened = pipe2(records, O_CLOEXEC) == 0 && pipe2(printed, O_CLOEXEC) == 0;
    io->records = records[0];
    io->printed = printed[0];
    *theirs = (struct plugin_child_ends){getpid(), records[1], printed[1]};
    if (!opened)
        return -1;
    (void)fcntl(io->records, F_SETFL, O_NONBLOCK);
    (void)fcntl(io->printed, F_SETFL, O_NONBLOCK);
    return 0;
}

/* -1 with errno set. */
static pid_t start_child(struct plugin_io *io)
{
    struct plugin_child_ends theirs;
    pid_t pid = -1;
    if (open_ends(io, &theirs) == 0) {
        (void)fflush(stdout); /* what is buffered is ours to print, not the child's */
        pid = fork();
    }
    if (pid == 0)
        plugin_child_main(io->call, &theirs);
    int error = errno;
    descriptor_close(&theirs.records);
    descriptor_close(&theirs.printed);
    errno = error;
    return pid;
}

void plugin_call_run(struct mem *mem, const struct plugin_call *call, struct call_result *ret)
{
    *ret = (struct call_result){.message = ""};
    struct plugin_io io = {.mem = mem, .call = call, .result = ret, .records = -1, .printed = -1};
    pid_t pid = start_child(&io);
    if (pid < 0) {
        set_failure(ret, STEP_FAILED,
                    mem_printf(mem, "cannot start a process: %s", strerror(errno)));
    } else {
        (void)setpgid(pid, pid);
        bool in_time = read_until_end(&io, pid);
        /* Before it is reaped: until then the number is its own, and its group's. */
        (void)kill(-pid, SIGKILL);
        (void)kill(pid, SIGKILL); /* it may have left the group */
        judge_end(&io, reap_child(pid), !in_time);
    }
    log_progress(call->log, NULL, 0, 0);
    descriptor_close(&io.records);
    descriptor_close(&io.printed);
    mem_free(&io.buffers);
}

#include "plugin_call.h"

#include "clock.h"
#include "descriptors.h"
#include "interrupt.h"
#include "invoker_environment.h"
#include "plugin_child.h"
#include "plugin_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHORT_MS = 3, PIPE_SIZE = 1024 * 1024 /* a store goes up at once */ };

/* Most calls are short, and being woken for each record costs more than all else here: at first
 * only the child's end, and what it waits for, are waited for. False: it goes on. */
static bool ends_soon(struct plugin_io *io, int *ret_status)
{
    struct pollfd fds[] = {{io->ends, POLLIN, 0}, {io->aside, POLLIN, 0}};
    if (io->ends < 0 || poll(fds, 2, SHORT_MS) <= 0 || fds[0].revents == 0 ||
        waitpid(io->pid, ret_status, WNOHANG) != io->pid)
        return false;
    plugin_io_drain(io);
    return true;
}

/* Until the end record, the child's end or the deadline. The wait status; -1: not ended yet. */
static int read_until_end(struct plugin_io *io, bool *ret_late)
{
    int status = 0;
    if (ends_soon(io, &status))
        return status;
    while (!io->ended && io->broken == NULL && !interrupt_pending) {
        int64_t left = io->deadline.at - clock_ms();
        *ret_late = left <= 0;
        if (*ret_late)
            return -1;
        struct pollfd fds[] = {
            {io->records, POLLIN, 0}, {io->printed, POLLIN, 0}, {io->aside, POLLIN, 0}};
        /* A grandchild may hold the pipes open after the child: look at the child too. */
        int64_t pause = io->records < 0 ? 5 : 200;
        int ready = poll(fds, 3, (int)(left > pause ? pause : left));
        if (ready > 0 && fds[0].revents != 0)
            (void)plugin_io_read_records(io);
        if (ready > 0 && fds[1].revents != 0)
            (void)plugin_io_read_printed(io);
        if (ready > 0 && fds[2].revents != 0 && io->broken == NULL && !io->ended)
            plugin_io_serve(io);
        if ((ready == 0 || io->records < 0) && !io->ended) {
            pid_t got = waitpid(io->pid, &status, WNOHANG);
            if (got == io->pid) {
                plugin_io_drain(io);
                return status;
            }
        }
    }
    return -1;
}

/* Up to the child's end; a moment, where the kernel (before 5.3) cannot tell it. */
static void wait_a_moment(const struct plugin_io *io, bool short_one)
{
    const struct timespec moment = {0, short_one && io->ends < 0 ? 200000 : 2000000};
    struct pollfd end = {io->ends, POLLIN, 0};
    (void)ppoll(&end, 1, &moment, NULL);
}

/* The child has sent its end: it exits at once, or is killed after a moment. One that the kernel
 * does not let go, for a disk or a server, is not waited for with the lock in hand. */
static int reap_child(struct plugin_io *io, bool kill_now)
{
    int status = 0;
    for (int i = 0; i < 500 && !kill_now; i++) {
        plugin_io_drain(io);
        pid_t got = waitpid(io->pid, &status, WNOHANG);
        if (got == io->pid)
            return status;
        wait_a_moment(io, i < 50);
    }
    (void)kill(io->pid, SIGKILL);
    for (int i = 0; i < 1000; i++) {
        pid_t got = waitpid(io->pid, &status, WNOHANG);
        if (got == io->pid)
            return status;
        wait_a_moment(io, false);
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
    int aside[2] = {-1, -1};
    bool opened = pipe2(records, O_CLOEXEC) == 0 && pipe2(printed, O_CLOEXEC) == 0 &&
                  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, aside) == 0;
    io->records = records[0];
    io->printed = printed[0];
    io->aside = aside[0];
    *theirs = (struct plugin_child_ends){records[1], aside[1], printed[1]};
    if (!opened)
        return -1;
    (void)fcntl(io->records, F_SETFL, O_NONBLOCK);
    (void)fcntl(io->records, F_SETPIPE_SZ, PIPE_SIZE);
    (void)fcntl(io->printed, F_SETFL, O_NONBLOCK);
    (void)fcntl(io->aside, F_SETFL, O_NONBLOCK);
    return 0;
}

static int start_child(struct plugin_io *io, struct other_children *ret_others)
{
    struct plugin_child_ends theirs;
    int rc = open_ends(io, &theirs);
    plugin_child_note_others(io->mem, ret_others);
    if (rc == 0) {
        /* What the child orphans comes to us, so that it can be ended. */
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        if (__fpending(stdout) > 0)
            (void)fflush(stdout); /* what is buffered is ours to print, not the child's */
        io->pid = fork();
        if (io->pid == 0)
            plugin_child_main(io->call, &theirs);
        rc = io->pid < 0 ? -1 : 0;
    }
    int error = errno;
    descriptor_close(&theirs.records);
    descriptor_close(&theirs.aside);
    descriptor_close(&theirs.printed);
#ifdef SYS_pidfd_open
    if (io->pid > 0)
        io->ends = (int)syscall(SYS_pidfd_open, io->pid, 0);
#endif
    errno = error;
    return rc;
}

void plugin_call_run(struct mem *mem, const struct plugin_call *call, struct call_result *ret)
{
    *ret = (struct call_result){.message = ""};
    struct plugin_io io = {.mem = mem,
                           .call = call,
                           .result = ret,
                           .pid = -1,
                           .ends = -1,
                           .deadline = {.interrupted = &interrupt_pending},
                           .records = -1,
                           .printed = -1,
                           .aside = -1};
    struct other_children others = {0};
    if (start_child(&io, &others) < 0) {
        set_failure(ret, STEP_FAILED,
                    mem_printf(mem, "cannot start a process: %s", strerror(errno)));
    } else {
        bool late = false;
        (void)setpgid(io.pid, io.pid);
        io.deadline.at = clock_ms() + call->step->timeout * 1000;
        int status = read_until_end(&io, &late);
        if (status < 0)
            status = reap_child(&io, late || io.broken != NULL || interrupt_pending);
        plugin_child_end_leftovers(io.pid, &others);
        judge_end(&io, status, late);
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    log_progress(call->log, NULL, 0, 0);
    descriptor_close(&io.records);
    descriptor_close(&io.printed);
    descriptor_close(&io.aside);
    descriptor_close(&io.ends);
    mem_free(&io.buffers);
}

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
static bool ends_soon(struct pump *pump, int *ret_status)
{
    struct pollfd fds[] = {{pump->ends, POLLIN, 0}, {pump->aside, POLLIN, 0}};
    if (pump->ends < 0 || poll(fds, 2, SHORT_MS) <= 0 || fds[0].revents == 0 ||
        waitpid(pump->pid, ret_status, WNOHANG) != pump->pid)
        return false;
    pump_drain(pump);
    return true;
}

/* Until the end record, the child's end or the deadline. The wait status; -1: not ended yet. */
static int pump_until_end(struct pump *pump, bool *ret_late)
{
    int status = 0;
    if (ends_soon(pump, &status))
        return status;
    while (!pump->ended && pump->broken == NULL && !interrupt_pending) {
        int64_t left = pump->patience.deadline - clock_ms();
        *ret_late = left <= 0;
        if (*ret_late)
            return -1;
        struct pollfd fds[] = {
            {pump->records, POLLIN, 0}, {pump->talk, POLLIN, 0}, {pump->aside, POLLIN, 0}};
        /* A grandchild may hold the pipes open after the child: look at the child too. */
        int64_t pause = pump->records < 0 ? 5 : 200;
        int ready = poll(fds, 3, (int)(left > pause ? pause : left));
        if (ready > 0 && fds[0].revents != 0)
            (void)pump_read_records(pump);
        if (ready > 0 && fds[1].revents != 0)
            (void)pump_read_talk(pump);
        if (ready > 0 && fds[2].revents != 0 && pump->broken == NULL && !pump->ended)
            pump_serve(pump);
        if ((ready == 0 || pump->records < 0) && !pump->ended) {
            pid_t got = waitpid(pump->pid, &status, WNOHANG);
            if (got == pump->pid) {
                pump_drain(pump);
                return status;
            }
        }
    }
    return -1;
}

/* Up to the child's end; a moment, where the kernel (before 5.3) cannot tell it. */
static void wait_a_moment(const struct pump *pump, bool short_one)
{
    const struct timespec moment = {0, short_one && pump->ends < 0 ? 200000 : 2000000};
    struct pollfd end = {pump->ends, POLLIN, 0};
    (void)ppoll(&end, 1, &moment, NULL);
}

/* The child has sent its end: it exits at once, or is killed after a moment. One that the kernel
 * does not let go, for a disk or a server, is not waited for with the lock in hand. */
static int reap(struct pump *pump, bool kill_now)
{
    int status = 0;
    for (int i = 0; i < 500 && !kill_now; i++) {
        pump_drain(pump);
        pid_t got = waitpid(pump->pid, &status, WNOHANG);
        if (got == pump->pid)
            return status;
        wait_a_moment(pump, i < 50);
    }
    (void)kill(pump->pid, SIGKILL);
    for (int i = 0; i < 1000; i++) {
        pid_t got = waitpid(pump->pid, &status, WNOHANG);
        if (got == pump->pid)
            return status;
        wait_a_moment(pump, false);
    }
    return SIGKILL;
}

static void fail(struct outcome *outcome, enum step_status status, const char *message)
{
    outcome->status = status;
    outcome->exit = STATUS_FAILED;
    outcome->message = message;
}

static void judge(struct pump *pump, int status, bool late)
{
    struct mem *mem = pump->mem;
    const char *plugin = pump->call->step->plugin;
    if (late)
        fail(pump->outcome, STEP_TIMED_OUT,
             mem_printf(mem,
                        "the plugin %s did not end within %ld s and was killed; raise timeout "
                        "if it needs longer",
                        plugin, pump->call->step->timeout));
    else if (interrupt_pending)
        fail(pump->outcome, STEP_FAILED, "interrupted");
    else if (pump->broken != NULL)
        fail(pump->outcome, STEP_CRASHED,
             mem_printf(mem, "the plugin %s is broken: %s", plugin, pump->broken));
    else if (WIFSIGNALED(status))
        fail(pump->outcome, STEP_CRASHED,
             mem_printf(mem, "the plugin %s crashed: %s%s", plugin, strsignal(WTERMSIG(status)),
                        pump->call->call == CALL_PLAN ? "; what it proposed is dropped" : ""));
    else if (!pump->ended || WEXITSTATUS(status) != 0)
        fail(pump->outcome, STEP_CRASHED,
             mem_printf(mem,
                        "the plugin %s ended by itself with exit status %d; what it proposed "
                        "is dropped",
                        plugin, WEXITSTATUS(status)));
}

static int open_ends(struct pump *pump, struct guest_ends *theirs)
{
    int records[2] = {-1, -1};
    int printed[2] = {-1, -1};
    int aside[2] = {-1, -1};
    bool opened = pipe2(records, O_CLOEXEC) == 0 && pipe2(printed, O_CLOEXEC) == 0 &&
                  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, aside) == 0;
    pump->records = records[0];
    pump->talk = printed[0];
    pump->aside = aside[0];
    *theirs = (struct guest_ends){records[1], aside[1], printed[1]};
    if (!opened)
        return -1;
    (void)fcntl(pump->records, F_SETFL, O_NONBLOCK);
    (void)fcntl(pump->records, F_SETPIPE_SZ, PIPE_SIZE);
    (void)fcntl(pump->talk, F_SETFL, O_NONBLOCK);
    (void)fcntl(pump->aside, F_SETFL, O_NONBLOCK);
    return 0;
}

static int start(struct pump *pump, struct guest_others *ret_others)
{
    struct guest_ends theirs;
    int rc = open_ends(pump, &theirs);
    guest_note_others(pump->mem, ret_others);
    if (rc == 0) {
        /* What the child orphans comes to us, so that it can be ended. */
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        if (__fpending(stdout) > 0)
            (void)fflush(stdout); /* what is buffered is ours to print, not the child's */
        pump->pid = fork();
        if (pump->pid == 0)
            guest_main(pump->call, &theirs);
        rc = pump->pid < 0 ? -1 : 0;
    }
    int error = errno;
    fds_close(&theirs.records);
    fds_close(&theirs.aside);
    fds_close(&theirs.printed);
#ifdef SYS_pidfd_open
    if (pump->pid > 0)
        pump->ends = (int)syscall(SYS_pidfd_open, pump->pid, 0);
#endif
    errno = error;
    return rc;
}

void child_run(struct mem *mem, const struct child_call *call, struct outcome *ret)
{
    *ret = (struct outcome){.message = ""};
    struct pump pump = {.mem = mem,
                        .call = call,
                        .outcome = ret,
                        .pid = -1,
                        .ends = -1,
                        .patience = {.interrupted = &interrupt_pending},
                        .records = -1,
                        .talk = -1,
                        .aside = -1};
    struct guest_others others = {0};
    if (start(&pump, &others) < 0) {
        fail(ret, STEP_FAILED, mem_printf(mem, "cannot start a process: %s", strerror(errno)));
    } else {
        bool late = false;
        (void)setpgid(pump.pid, pump.pid);
        pump.patience.deadline = clock_ms() + call->step->timeout * 1000;
        int status = pump_until_end(&pump, &late);
        if (status < 0)
            status = reap(&pump, late || pump.broken != NULL || interrupt_pending);
        guest_end_leftovers(pump.pid, &others);
        judge(&pump, status, late);
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    talk_progress(call->talk, NULL, 0, 0);
    fds_close(&pump.records);
    fds_close(&pump.talk);
    fds_close(&pump.aside);
    fds_close(&pump.ends);
    mem_free(&pump.buffers);
}

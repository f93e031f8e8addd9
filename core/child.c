#include "child.h"

#include "clock.h"
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t child_interrupted;

enum {
    ROOM_MIN = 2 * 1024, /* pages that were shared with the child are copied when written */
    ROOM_ENOUGH = 64 * 1024,
    SHORT_MS = 3,
    PIPE_SIZE = 1024 * 1024,          /* a store goes up at once */
    ANNOUNCED_MAX = 64 * 1024 * 1024, /* room that is not used yet takes no memory */
    TOTAL_MAX = 256 * 1024 * 1024,
    TALK_MAX = 64 * 1024,
    LOGS_MAX = 2000
};

struct pump {
    struct mem *mem;
    const struct child_call *call;
    struct outcome *outcome;
    pid_t pid;
    int ends;           /* readable when the child has ended; -1: the kernel cannot tell */
    int records, talk;  /* our ends; -1 when closed */
    struct mem buffers; /* what was read, until the call ends */
    bool alone;         /* `data` is for one large record, which keeps it */
    bool filled;        /* by the last read: there is more than was thought */
    unsigned char *data;
    size_t size, room, total;
    size_t logs;
    char line[512]; /* of what the child prints */
    size_t line_size, talk_total;
    bool ended;         /* the end record is there */
    const char *broken; /* why the records cannot be trusted */
};

static void take_log(struct pump *pump, const struct record *record)
{
    if (++pump->logs > LOGS_MAX)
        return;
    const char *text = record_text(record, 1);
    const char *name = pump->call->step->name;
    text = text_escape(pump->mem, text, strlen(text));
    long level = record_number(record, 0);
    if (!talk_is_new(mem_printf(pump->mem, "%s: %s", name, text)))
        return;
    if (level >= TFHOOK_WARNING)
        talk_warn(pump->call->talk, "%s: %s", name, text);
    else if (level == TFHOOK_INFO)
        talk_info(pump->call->talk, "%s: %s", name, text);
    else
        talk_debug(pump->call->talk, "%s: %s", name, text);
}

static void take_record(struct pump *pump, const struct record *record)
{
    if (pump->ended) {
        pump->broken = "it sent records after its end";
    } else if (!record_is_valid(record)) {
        pump->broken = "it sent a record that is not whole";
    } else if (record->type == RECORD_LOG) {
        take_log(pump, record);
    } else if (record->type == RECORD_PROGRESS) {
        const char *what = record_text(record, 2);
        what = text_escape(pump->mem, what, strlen(what));
        talk_progress(pump->call->talk,
                      mem_printf(pump->mem, "%s: %s", pump->call->step->name, what),
                      record_number(record, 0), record_number(record, 1));
    } else if (record->type == RECORD_END) {
        outcome_end(pump->outcome, pump->mem, record_number(record, 0), record_text(record, 1));
        pump->ended = true;
    } else if (outcome_take(pump->outcome, pump->mem, pump->call->step->name, record) < 0) {
        pump->broken = "it sent a record that does not belong here";
    }
}

static void take_records(struct pump *pump)
{
    size_t at = 0;
    while (pump->broken == NULL) {
        struct record record;
        ptrdiff_t took = record_parse(pump->data + at, pump->size - at, &record);
        if (took < 0)
            pump->broken = "it sent something that is no record";
        if (took <= 0)
            break;
        record.lasting = pump->alone;
        take_record(pump, &record);
        at += (size_t)took;
    }
    if (pump->alone && at > 0) {
        pump->data = NULL;
        pump->size = pump->room = 0;
        pump->alone = false;
        return;
    }
    memmove(pump->data, pump->data + at, pump->size - at);
    pump->size -= at;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void make_room(struct pump *pump)
{
    if (pump->room > pump->size && !(pump->filled && pump->room < ROOM_ENOUGH))
        return;
    size_t room = pump->room * 2 + ROOM_MIN;
    size_t announced = record_announced(pump->data, pump->size);
    pump->alone = announced > pump->size && announced <= ANNOUNCED_MAX;
    if (pump->alone)
        room = announced;
    unsigned char *larger = mem_alloc(pump->alone ? pump->mem : &pump->buffers, room);
    if (pump->size > 0)
        memcpy(larger, pump->data, pump->size);
    pump->data = larger;
    pump->room = room;
}

/* Read what is there now; false when there is nothing more for the moment. */
static bool read_records(struct pump *pump)
{
    make_room(pump);
    ssize_t got = read(pump->records, pump->data + pump->size, pump->room - pump->size);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        pump->broken = mem_printf(pump->mem, "what it sends cannot be read: %s", strerror(errno));
    if (got < 0)
        return errno == EINTR;
    if (got == 0) {
        close_fd(&pump->records);
        return false;
    }
    pump->size += (size_t)got;
    pump->filled = pump->size == pump->room;
    pump->total += (size_t)got;
    take_records(pump);
    if (pump->total > TOTAL_MAX)
        pump->broken = "it sent more than 256 MiB";
    return pump->broken == NULL;
}

static void flush_line(struct pump *pump)
{
    if (pump->line_size > 0 && pump->talk_total <= TALK_MAX)
        talk_info(pump->call->talk, "%s (printed): %s", pump->call->step->name,
                  text_escape(pump->mem, pump->line, pump->line_size));
    pump->line_size = 0;
}

static bool read_talk(struct pump *pump)
{
    char data[1024];
    ssize_t got = read(pump->talk, data, sizeof data);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return errno == EINTR;
    if (got <= 0) {
        flush_line(pump);
        close_fd(&pump->talk);
        return false;
    }
    for (ssize_t i = 0; i < got && pump->talk_total <= TALK_MAX; i++, pump->talk_total++) {
        if (data[i] == '\n' || pump->line_size == sizeof pump->line)
            flush_line(pump);
        if (data[i] != '\n')
            pump->line[pump->line_size++] = data[i];
    }
    return true;
}

static void drain(struct pump *pump)
{
    while (pump->records >= 0 && !pump->ended && pump->broken == NULL && read_records(pump))
        ;
    while (pump->talk >= 0 && pump->talk_total <= TALK_MAX && read_talk(pump))
        ;
    flush_line(pump);
}

/* Most calls are short, and being woken for each record costs more than all else here: at first
 * only the child's end is waited for. False: it goes on. */
static bool ends_soon(struct pump *pump, int *ret_status)
{
    struct pollfd end = {pump->ends, POLLIN, 0};
    if (pump->ends < 0 || poll(&end, 1, SHORT_MS) <= 0 ||
        waitpid(pump->pid, ret_status, WNOHANG) != pump->pid)
        return false;
    drain(pump);
    return true;
}

/* Until the end record, the child's end or the deadline. The wait status; -1: not ended yet. */
static int pump_until_end(struct pump *pump, int64_t deadline, bool *ret_late)
{
    int status = 0;
    if (ends_soon(pump, &status))
        return status;
    while (!pump->ended && pump->broken == NULL && !child_interrupted) {
        int64_t left = deadline - clock_ms();
        *ret_late = left <= 0;
        if (*ret_late)
            return -1;
        struct pollfd fds[] = {{pump->records, POLLIN, 0}, {pump->talk, POLLIN, 0}};
        /* A grandchild may hold the pipes open after the child: look at the child too. */
        int64_t pause = pump->records < 0 ? 5 : 200;
        int ready = poll(fds, 2, (int)(left > pause ? pause : left));
        if (ready > 0 && fds[0].revents != 0)
            (void)read_records(pump);
        if (ready > 0 && fds[1].revents != 0)
            (void)read_talk(pump);
        if ((ready == 0 || pump->records < 0) && !pump->ended) {
            pid_t got = waitpid(pump->pid, &status, WNOHANG);
            if (got == pump->pid) {
                drain(pump);
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

/* The child has sent its end: it exits at once, or is killed after a moment. */
static int reap(struct pump *pump, bool kill_now)
{
    int status = 0;
    for (int i = 0; i < 500 && !kill_now; i++) {
        drain(pump);
        pid_t got = waitpid(pump->pid, &status, WNOHANG);
        if (got == pump->pid)
            return status;
        wait_a_moment(pump, i < 50);
    }
    (void)kill(pump->pid, SIGKILL);
    while (waitpid(pump->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
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
    else if (child_interrupted)
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

static int start(struct pump *pump, int records[2], int printed[2])
{
    if (pipe2(records, O_CLOEXEC) < 0)
        return -1;
    if (pipe2(printed, O_CLOEXEC) < 0) {
        close_fd(&records[0]);
        close_fd(&records[1]);
        return -1;
    }
    (void)fcntl(records[0], F_SETFL, O_NONBLOCK);
    (void)fcntl(records[0], F_SETPIPE_SZ, PIPE_SIZE);
    (void)fcntl(printed[0], F_SETFL, O_NONBLOCK);
    pump->records = records[0];
    pump->talk = printed[0];
    /* What the child orphans comes to us, so that it can be ended. */
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)fflush(NULL); /* what is buffered is ours to print, not the child's */
    pump->pid = fork();
    if (pump->pid == 0)
        guest_main(pump->call, records[1], printed[1]);
    int error = errno;
    (void)close(records[1]);
    (void)close(printed[1]);
#ifdef SYS_pidfd_open
    if (pump->pid > 0)
        pump->ends = (int)syscall(SYS_pidfd_open, pump->pid, 0);
#endif
    errno = error;
    return pump->pid < 0 ? -1 : 0;
}

void child_run(struct mem *mem, const struct child_call *call, struct outcome *ret)
{
    *ret = (struct outcome){.message = ""};
    struct pump pump = {
        .mem = mem, .call = call, .outcome = ret, .pid = -1, .ends = -1, .records = -1, .talk = -1};
    int records[2] = {-1, -1};
    int printed[2] = {-1, -1};
    if (start(&pump, records, printed) < 0) {
        fail(ret, STEP_FAILED, mem_printf(mem, "cannot start a process: %s", strerror(errno)));
    } else {
        bool late = false;
        (void)setpgid(pump.pid, pump.pid);
        int status = pump_until_end(&pump, clock_ms() + call->step->timeout * 1000, &late);
        if (status < 0)
            status = reap(&pump, late || pump.broken != NULL || child_interrupted);
        guest_end_leftovers(pump.pid);
        judge(&pump, status, late);
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    talk_progress(call->talk, NULL, 0, 0);
    close_fd(&pump.records);
    close_fd(&pump.talk);
    close_fd(&pump.ends);
    mem_free(&pump.buffers);
}

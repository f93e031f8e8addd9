/* A call: in the child from fork to exit; in the parent its process from start to end, and what
 * comes up from it meanwhile. */
#include "plugin_call.h"

#include "clock.h"
#include "descriptors.h"
#include "host_context.h"
#include "interrupt.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the child --- */

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static int send_description(struct host_context *context, const struct tfhook_plugin *plugin,
                            const char *path)
{
    const char *fault = key_schema_fault(context->mem, plugin);
    if (fault != NULL) {
        context->message =
            mem_printf(context->mem, "%s: %s: its author has to mend that", path, fault);
        return TFHOOK_REJECTED;
    }
    host_send(context, &(struct record){RECORD_DESCRIPTOR,
                                        .descriptor = {.file = path,
                                                       .name = plugin->name,
                                                       .version = text_or_empty(plugin->version),
                                                       .summary = text_or_empty(plugin->summary),
                                                       .manual = text_or_empty(plugin->manual),
                                                       .checks = plugin->check != NULL,
                                                       .plans = plugin->plan != NULL,
                                                       .verifies = plugin->verify != NULL}});
    for (size_t i = 0; i < plugin->key_count; i++) {
        struct record record = {.type = RECORD_KEY};
        struct tfhook_key *key = &record.key;
        const char *at = (const char *)plugin->keys + i * plugin->key_size;
        memcpy(key, at, plugin->key_size < sizeof *key ? plugin->key_size : sizeof *key);
        key->name = text_or_empty(key->name);
        key->help = text_or_empty(key->help);
        host_send(context, &record);
    }
    return TFHOOK_OK;
}

static int run_function(struct host_context *context, const struct tfhook_plugin *plugin,
                        const struct plugin_call *call)
{
    struct tfhook_host table;
    int (*const functions[])(const struct tfhook_host *) = {
        [CALL_CHECK] = plugin->check, [CALL_PLAN] = plugin->plan, [CALL_VERIFY] = plugin->verify};
    if (call->call == CALL_DESCRIBE)
        return send_description(context, plugin, call->file->path);
    if (functions[call->call] == NULL)
        return TFHOOK_OK;
    host_table(context, &table);
    return functions[call->call](&table);
}

/* In the child of the process `parent`: never returns. It sends records to one descriptor; what it
 * prints goes to the other. */
static _Noreturn void run_child(const struct plugin_call *call, pid_t parent, int records,
                                int printed)
{
    struct mem mem = {0};
    struct change_set none = {.mem = &mem};
    struct root_cache cache = {.mem = &mem};
    struct run_environment environment = *call->environment;
    environment.root.cache = &cache;
    struct host_context context = {.mem = &mem,
                                   .environment = &environment,
                                   .step = call->step,
                                   .hook = call->hook,
                                   .settings = call->settings,
                                   .changes = call->changes != NULL ? call->changes : &none,
                                   .may_stage = call->call == CALL_PLAN,
                                   .may_publish = call->call == CALL_VERIFY,
                                   .log_level = log_level_shown(call->log),
                                   .fd = records};
    if (!sandbox_enter(parent, call->step->timeout, (const int[]){-1, printed, printed}))
        _exit(1);
    (void)signal(SIGPIPE, SIG_IGN);
    const char *lack = sandbox_drop_root();
    if (lack != NULL && call->call == CALL_DESCRIBE)
        host_say(&context, RECORD_LOG, TFHOOK_DEBUG,
                 mem_printf(&mem,
                            "the plugin %s may do all that this user may (%s): should it write a "
                            "file by itself, nothing hinders it",
                            call->step->plugin, lack));
    struct tfhook_plugin plugin;
    struct err err = {.mem = &mem};
    int result = TFHOOK_REJECTED;
    if (loader_load(call->file, &plugin, &err) == 0)
        result = run_function(&context, &plugin, call);
    else
        context.message = err.text;
    if (__fpending(stdout) > 0)
        (void)fflush(stdout);
    host_end(&context, result);
    _exit(0);
}

/* --- the parent --- */

enum {
    ROOM_MIN = 4 * 1024,
    TOTAL_MAX = 256 * 1024 * 1024,
    PRINTED_MAX = 64 * 1024,
    LOGS_MAX = 2000,
    REAP_MS = 2000
};

struct running {
    struct mem *mem;
    const struct plugin_call *call;
    struct call_result *result;
    pid_t pid;
    sigset_t mask;        /* while it is waited for */
    int records, printed; /* our ends; -1 when closed */
    unsigned char *data;  /* what was read, until the call ends */
    size_t size, room, total;
    size_t logs;
    char line[512]; /* of what the child prints */
    size_t line_size, printed_total;
    bool ended;         /* the end record is there */
    const char *broken; /* why the records cannot be trusted */
};

/* --- records, which go to the call's result or are told --- */

static void take_record(struct running *run, const struct record *record)
{
    const struct log *log = run->call->log;
    const char *step = run->call->step->name;
    bool told = record->type == RECORD_LOG || record->type == RECORD_PROGRESS;
    const char *text = told ? mem_printf(run->mem, "%s: %s", step, record->said.text) : NULL;
    long number = record->said.number;
    if (run->ended) {
        run->broken = "it sent records after its end";
    } else if (record->type == RECORD_LOG) {
        if (++run->logs <= LOGS_MAX && log_is_new(text))
            log_say(log, number > TFHOOK_WARNING ? TFHOOK_WARNING : number, "%s", text);
    } else if (record->type == RECORD_PROGRESS) {
        log_progress(log, text, number, record->said.total);
    } else if (record->type == RECORD_END) {
        call_result_end(run->result, run->mem, number, record->said.text);
        run->ended = true;
    } else if (call_result_add(run->result, run->mem, step, record) < 0) {
        run->broken = "it sent a record that does not belong here";
    }
}

static void take_records(struct running *run)
{
    size_t at = 0;
    while (run->broken == NULL) {
        struct record record;
        ptrdiff_t took = record_parse(run->mem, run->data + at, run->size - at, &record);
        if (took < 0)
            run->broken = "it sent something that is no record";
        if (took <= 0)
            break;
        take_record(run, &record);
        at += (size_t)took;
    }
    memmove(run->data, run->data + at, run->size - at);
    run->size -= at;
}

/* Takes what is there now. False: there is nothing more for the moment, or they are broken. */
static bool read_records(struct running *run)
{
    if (run->size == run->room) {
        run->room = run->room * 2 + ROOM_MIN;
        run->data = realloc(run->data, run->room);
        if (run->data == NULL)
            mem_exhausted();
    }
    ssize_t got = read(run->records, run->data + run->size, run->room - run->size);
    if (got == 0)
        descriptor_close(&run->records);
    else if (got < 0 && errno != EINTR && errno != EAGAIN)
        run->broken = mem_printf(run->mem, "what it sends cannot be read: %s", strerror(errno));
    if (got <= 0)
        return false;
    run->size += (size_t)got;
    run->total += (size_t)got;
    take_records(run);
    if (run->total > TOTAL_MAX)
        run->broken = "it sent more than 256 MiB";
    return run->broken == NULL;
}

/* --- what it prints, which is told --- */

static void flush_line(struct running *run)
{
    if (run->line_size > 0 && run->printed_total <= PRINTED_MAX)
        log_info(run->call->log, "%s (printed): %s", run->call->step->name,
                 text_escape(run->mem, run->line, run->line_size));
    run->line_size = 0;
}

/* As read_records(). */
static bool read_printed(struct running *run)
{
    char data[1024];
    ssize_t got = read(run->printed, data, sizeof data);
    if (got == 0) {
        flush_line(run);
        descriptor_close(&run->printed);
    }
    for (ssize_t i = 0; i < got && run->printed_total <= PRINTED_MAX; i++, run->printed_total++) {
        if (data[i] == '\n' || run->line_size == sizeof run->line)
            flush_line(run);
        if (data[i] != '\n')
            run->line[run->line_size++] = data[i];
    }
    return got > 0;
}

/* All that is there, when the process has ended. */
static void drain_pipes(struct running *run)
{
    while (run->records >= 0 && !run->ended && run->broken == NULL && read_records(run))
        ;
    while (run->printed >= 0 && run->printed_total <= PRINTED_MAX && read_printed(run))
        ;
    flush_line(run);
}

/* --- its process --- */

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* A handler, so that ppoll() returns. */
static void wake_up(int number)
{
    (void)number;
}

/* Until the child has ended, or its time is over, or nobody wants its answer any more. A pipe's end
 * says nothing: what the child has started may hold it open, and the child may close it early. Once
 * it has sent its end it exits at once. False: its time is over. */
static bool read_until_end(struct running *run)
{
    enum { EXIT_MS = 1000 };
    int64_t deadline = clock_ms() + run->call->step->timeout * 1000;
    int64_t exit_by = deadline;
    while (run->broken == NULL && !interrupt_pending) {
        if (has_ended(run->pid)) {
            drain_pipes(run);
            return true;
        }
        int64_t now = clock_ms();
        if (run->ended && exit_by == deadline && now + EXIT_MS < deadline)
            exit_by = now + EXIT_MS;
        if (exit_by <= now)
            return exit_by < deadline;
        const struct timespec left = {(exit_by - now) / 1000, (exit_by - now) % 1000 * 1000000};
        struct pollfd fds[] = {{run->records, POLLIN, 0}, {run->printed, POLLIN, 0}};
        int ready = ppoll(fds, run->ended ? 0 : 2, &left, &run->mask);
        if (ready > 0 && fds[0].revents != 0)
            (void)read_records(run);
        if (ready > 0 && fds[1].revents != 0)
            (void)read_printed(run);
    }
    return true;
}

TFHOOK_PRINTF(3, 4)
static void set_failure(struct running *run, enum step_status status, const char *format, ...)
{
    run->result->status = status;
    run->result->exit = STATUS_FAILED;
    MEM_FORMAT(run->mem, format, run->result->message);
}

static void judge_end(struct running *run, int status, bool late)
{
    const char *plugin = run->call->step->plugin;
    if (late)
        set_failure(run, STEP_TIMED_OUT,
                    "the plugin %s did not end within %ld s and was killed; raise timeout if it "
                    "needs longer",
                    plugin, run->call->step->timeout);
    else if (interrupt_pending)
        set_failure(run, STEP_FAILED, "interrupted");
    else if (run->broken != NULL)
        set_failure(run, STEP_CRASHED, "the plugin %s is broken: %s", plugin, run->broken);
    else if (WIFSIGNALED(status))
        set_failure(run, STEP_CRASHED, "the plugin %s crashed: %s%s", plugin,
                    strsignal(WTERMSIG(status)),
                    run->call->call == CALL_PLAN ? "; what it proposed is dropped" : "");
    else if (!run->ended || WEXITSTATUS(status) != 0)
        set_failure(run, STEP_CRASHED,
                    "the plugin %s ended by itself with exit status %d; what it proposed is "
                    "dropped",
                    plugin, WEXITSTATUS(status));
}

/* Its number and our ends; -1 with errno set. */
static void start_child(struct running *run)
{
    int records[2] = {-1, -1};
    int printed[2] = {-1, -1};
    pid_t parent = getpid();
    (void)fflush(stdout); /* what is buffered is ours to print, not the child's */
    run->pid = pipe2(records, O_CLOEXEC) == 0 && pipe2(printed, O_CLOEXEC) == 0 ? fork() : -1;
    if (run->pid == 0) {
        descriptor_close(&records[0]);
        descriptor_close(&printed[0]);
        descriptor_close(&(int){run->call->lock});
        run_child(run->call, parent, records[1], printed[1]);
    }
    descriptor_close(&records[1]);
    descriptor_close(&printed[1]);
    run->records = records[0];
    run->printed = printed[0];
}

void plugin_call_run(struct mem *mem, const struct plugin_call *call, struct call_result *ret)
{
    *ret = (struct call_result){.message = ""};
    struct running run = {.mem = mem, .call = call, .result = ret};
    const struct sigaction waking = {.sa_handler = wake_up};
    static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
    struct sigaction before;
    sigset_t blocked;
    /* None of these is missed: they come while ppoll() waits, and at no other time. */
    (void)sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)sigaddset(&blocked, numbers[i]);
    (void)sigprocmask(SIG_BLOCK, &blocked, &run.mask);
    (void)sigaction(SIGCHLD, &waking, &before);
    start_child(&run);
    if (run.pid < 0) {
        set_failure(&run, STEP_FAILED, "cannot start a process: %s", strerror(errno));
    } else {
        (void)setpgid(run.pid, run.pid);
        (void)fcntl(run.records, F_SETFL, O_NONBLOCK);
        (void)fcntl(run.printed, F_SETFL, O_NONBLOCK);
        bool in_time = read_until_end(&run);
        /* Before it is reaped: until then the number is its own, and its group's. */
        (void)kill(-run.pid, SIGKILL);
        (void)kill(run.pid, SIGKILL); /* it may have left the group */
        /* One that the kernel does not let go, for a disk or a server, is not waited for with the
         * lock in hand. */
        int status = SIGKILL;
        (void)clock_wait_process(run.pid, clock_ms() + REAP_MS, &status);
        judge_end(&run, status, !in_time);
    }
    (void)sigaction(SIGCHLD, &before, NULL);
    (void)sigprocmask(SIG_SETMASK, &run.mask, NULL);
    log_progress(call->log, NULL, 0, 0);
    descriptor_close(&run.records);
    descriptor_close(&run.printed);
    free(run.data);
}

#include "plugin_child.h"

#include "host.h"
#include "key_schema.h"
#include "landlock.h"
#include "loader.h"
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void send_debug_line(struct host_context *context, const char *text)
{
    struct record record = {.type = RECORD_LOG};
    record_add_number(&record, context->mem, TFHOOK_DEBUG);
    record_add_text(&record, text);
    host_send(context, &record);
}

static void send_key(struct host_context *context, const struct tfhook_key *key)
{
    struct record record = {.type = RECORD_KEY};
    record_add_text(&record, key->name == NULL ? "" : key->name);
    record_add_number(&record, context->mem, (long)key->type);
    record_add_number(&record, context->mem, key->required);
    record_add_text(&record, key->fallback);
    record_add_text(&record, key->choices);
    record_add_number(&record, context->mem, key->min);
    record_add_number(&record, context->mem, key->max);
    record_add_text(&record, key->help == NULL ? "" : key->help);
    host_send(context, &record);
}

static int send_description(struct host_context *context, const struct tfhook_plugin *plugin,
                            const char *path)
{
    struct record record = {.type = RECORD_DESCRIPTOR};
    const char *fault = key_schema_fault(context->mem, plugin);
    if (fault != NULL) {
        context->message =
            mem_printf(context->mem, "%s: %s: its author has to mend that", path, fault);
        return TFHOOK_REJECTED;
    }
    record_add_text(&record, path);
    record_add_text(&record, plugin->name);
    record_add_text(&record, plugin->version == NULL ? "" : plugin->version);
    record_add_text(&record, plugin->summary == NULL ? "" : plugin->summary);
    record_add_text(&record, plugin->manual == NULL ? "" : plugin->manual);
    record_add_text(&record,
                    mem_printf(context->mem, "%s%s%s", plugin->check != NULL ? "c" : "",
                               plugin->plan != NULL ? "p" : "", plugin->verify != NULL ? "v" : ""));
    host_send(context, &record);
    for (size_t i = 0; i < plugin->key_count; i++) {
        struct tfhook_key key = {0};
        const char *at = (const char *)plugin->keys + i * plugin->key_size;
        memcpy(&key, at, plugin->key_size < sizeof key ? plugin->key_size : sizeof key);
        send_key(context, &key);
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

_Noreturn void plugin_child_main(const struct plugin_call *call,
                                 const struct plugin_child_ends *ends)
{
    struct mem mem = {0};
    struct change_set changes = {.mem = &mem};
    for (size_t i = 0; call->changes != NULL && i < call->changes->count; i++)
        *mem_push(&mem, changes.items, changes.count) = call->changes->items[i];
    struct root_cache cache = {.mem = &mem};
    struct run_environment environment = *call->environment;
    environment.root.cache = &cache;
    struct host_context context = {.mem = &mem,
                                   .environment = &environment,
                                   .step = call->step,
                                   .hook = call->hook,
                                   .settings = call->settings,
                                   .changes = &changes,
                                   .may_stage = call->call == CALL_PLAN,
                                   .may_publish = call->call == CALL_VERIFY,
                                   .log_level = log_level_shown(call->log),
                                   .fd = ends->records,
                                   .aside = ends->aside};
    const struct sandbox sandbox = {
        .seconds = call->step->timeout,
        .streams = {-1, ends->printed, ends->printed},
        .kept = {ends->records, ends->aside, call->file->fd, call->ruleset},
        .kept_count = 4};
    if (!sandbox_enter(&sandbox))
        _exit(1);
    (void)signal(SIGPIPE, SIG_IGN);
    if (call->ruleset >= 0 && !landlock_bind(call->ruleset))
        send_debug_line(&context,
                        "Landlock could not be used: should the plugin write a file by itself, "
                        "nothing hinders it");
    sandbox_drop_capabilities();
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

/* Words 4 and 22 of /proc/PID/stat (proc(5)): the parent, 0 when the process is gone, and when it
 * was started. */
struct origin {
    pid_t parent;
    unsigned long long started;
};

static struct origin origin_of(const char *pid)
{
    enum { PARENT = 4, STARTED = 22 };
    struct mem mem = {0};
    struct origin origin = {0};
    FILE *file = fopen(mem_printf(&mem, "/proc/%s/stat", pid), "re");
    char line[1024] = "";
    char *rest = NULL;
    if (file != NULL && fgets(line, sizeof line, file) != NULL)
        rest = strrchr(line, ')'); /* the end of word 2 */
    for (int word = 2; rest != NULL && word <= STARTED; word++) {
        const char *text = strsep(&rest, " ");
        if (word == PARENT)
            origin.parent = (pid_t)strtol(text, NULL, 10);
        if (word == STARTED)
            origin.started = strtoull(text, NULL, 10);
    }
    if (file != NULL)
        (void)fclose(file);
    mem_free(&mem);
    return origin;
}

static unsigned long long ticks_now(void)
{
    struct timespec now = {0};
    long per_second = sysconf(_SC_CLK_TCK);
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (unsigned long long)now.tv_sec * (unsigned long long)per_second +
           (unsigned long long)now.tv_nsec / (1000000000ULL / (unsigned long long)per_second);
}

/* Those that were started at that tick or later. */
static void list_children(struct mem *mem, unsigned long long since, struct other_children *ret)
{
    DIR *dir = opendir("/proc");
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        long pid = 0;
        if (!text_number(entry->d_name, 2, 1 << 30, &pid))
            continue;
        const struct origin origin = origin_of(entry->d_name);
        if (origin.parent == getpid() && origin.started >= since)
            *mem_push(mem, ret->pids, ret->count) = (pid_t)pid;
    }
    if (dir != NULL)
        (void)closedir(dir);
}

void plugin_child_note_others(struct mem *mem, struct other_children *ret)
{
    siginfo_t info;
    ret->since = ticks_now();
    /* ECHILD is the usual answer. */
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
        list_children(mem, 0, ret);
}

static bool is_other(const struct other_children *others, pid_t pid)
{
    for (size_t i = 0; i < others->count; i++)
        if (others->pids[i] == pid)
            return true;
    return false;
}

/* False: there are none. */
static bool kill_orphans(const struct other_children *others)
{
    struct mem mem = {0};
    struct other_children children = {0};
    bool any = false;
    list_children(&mem, others->since, &children);
    for (size_t i = 0; i < children.count; i++) {
        if (is_other(others, children.pids[i]))
            continue;
        any = true;
        (void)kill(children.pids[i], SIGKILL);
    }
    mem_free(&mem);
    return any;
}

void plugin_child_end_leftovers(pid_t group, const struct other_children *others)
{
    (void)kill(-group, SIGKILL);
    /* ECHILD is the usual answer: nothing was left behind. Each round ends one generation. */
    for (int round = 0; round < 100; round++) {
        pid_t got = waitpid(-1, NULL, WNOHANG);
        if (got < 0 && errno != EINTR)
            return;
        if (got == 0 && !kill_orphans(others))
            return;
        if (got == 0)
            (void)usleep(1000);
    }
}

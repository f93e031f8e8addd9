#include "host_context.h"

#include "clock.h"
#include "sandbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int host_misuse(struct host_context *context, const char *format, ...)
{
    if (context->misuse == NULL)
        MEM_FORMAT(context->mem, format, context->misuse);
    return -EINVAL;
}

void host_send(struct host_context *context, const struct record *record)
{
    /* The parent is gone, or has had enough of this child: nobody will read what follows. */
    if (record_send(context->fd, record) < 0)
        _exit(1);
}

void host_say(struct host_context *context, enum record_type type, long number, const char *text)
{
    host_send(context, &(struct record){type, .said = {.number = number, .text = text}});
}

bool host_retries_as_root(struct host_context *context, int rc)
{
    if (context->is_root)
        (void)sandbox_drop_root();
    context->is_root =
        !context->is_root && (rc == -EACCES || rc == -EPERM) && sandbox_act_as_root();
    return context->is_root;
}

int host_lstat(struct host_context *context, const char *real, struct stat *ret)
{
    int rc;
    do
        rc = lstat(real, ret) < 0 ? -errno : 0;
    while (host_retries_as_root(context, rc));
    return rc;
}

int host_resolve(struct host_context *context, const char *path, const char **ret)
{
    int rc;
    if (path == NULL)
        return host_misuse(context, "a path that is NULL");
    do
        rc = run_environment_resolve(context->environment, context->mem, context->step->plugin,
                                     path, ret);
    while (host_retries_as_root(context, rc));
    if (rc == -EINVAL)
        rc = host_misuse(context, "the path \"%s\" is neither absolute nor a note's name", path);
    return rc;
}

struct tfhook_names host_names(const struct names *names)
{
    static const char *const none[] = {NULL};
    return (struct tfhook_names){names->count > 0 ? names->names : none, names->count};
}

int host_give(struct host_context *context, void *ret, const void *from, size_t size,
              const char *type)
{
    size_t room;
    memcpy(&room, ret, sizeof room);
    if (room < sizeof room || room > 64 * size)
        return host_misuse(context, "struct_size of a struct %s is not set", type);
    memcpy(ret, from, room < size ? room : size);
    memcpy(ret, &room, sizeof room);
    return 0;
}

void host_end(struct host_context *context, int result)
{
    if (context->misuse != NULL) {
        result = TFHOOK_FAILED;
        context->message = mem_printf(context->mem, "the plugin %s misuses its interface: %s",
                                      context->step->plugin, context->misuse);
    }
    host_say(context, RECORD_END, result, context->message);
}

/* The settings. */

/* An absent one, and a misuse, when the plugin does not declare it. */
static const struct setting *find_setting(struct host_context *context, const char *key)
{
    static const struct setting absent = {.origin = ""};
    const struct setting *found = settings_find(context->settings, key);
    if (found != NULL)
        return found;
    (void)host_misuse(context, "it asks for the key %s, which it does not declare", key);
    return &absent;
}

static const char *host_value(const struct tfhook_host *host, const char *key)
{
    return find_setting(host->core, key)->value;
}

static struct tfhook_names host_items(const struct tfhook_host *host, const char *key)
{
    return host_names(&find_setting(host->core, key)->items);
}

static long host_number(const struct tfhook_host *host, const char *key)
{
    return find_setting(host->core, key)->number;
}

static int host_flag(const struct tfhook_host *host, const char *key)
{
    return host_number(host, key) != 0;
}

/* What a plugin reports. */

static void host_finding(const struct tfhook_host *host, const char *check, const char *id,
                         const char *subject, enum tfhook_verdict verdict, const char *message,
                         const char *hint)
{
    struct host_context *context = host->core;
    if (check == NULL || id == NULL || subject == NULL || message == NULL ||
        (unsigned)verdict > TFHOOK_FAIL)
        (void)host_misuse(context, "a finding with a part missing or an unknown verdict");
    if (!context->may_publish)
        (void)host_misuse(context, "it reports a finding outside of verify");
    if (context->misuse != NULL)
        return;
    host_send(context, &(struct record){RECORD_FINDING, .finding = {.check = check,
                                                                    .id = id,
                                                                    .subject = subject,
                                                                    .verdict = verdict,
                                                                    .message = message,
                                                                    .hint = hint}});
}

TFHOOK_PRINTF(2, 3)
static void host_next_step(const struct tfhook_host *host, const char *format, ...)
{
    struct host_context *context = host->core;
    const char *text;
    MEM_FORMAT(context->mem, format, text);
    host_say(context, RECORD_NEXT_STEP, 0, text);
}

TFHOOK_PRINTF(3, 4)
static void host_log(const struct tfhook_host *host, enum tfhook_level level, const char *format,
                     ...)
{
    struct host_context *context = host->core;
    const char *text;
    MEM_FORMAT(context->mem, format, text);
    host_say(context, RECORD_LOG, (long)level, text);
}

static void host_progress(const struct tfhook_host *host, size_t done, size_t total,
                          const char *what)
{
    enum { PAUSE_MS = 50 }; /* a plugin may tell of ten thousand items, and nobody reads faster */
    static int64_t told_ms;
    int64_t now = clock_ms();
    if (done > 0 && now - told_ms < PAUSE_MS)
        return;
    told_ms = now;
    host_send(host->core, &(struct record){RECORD_PROGRESS, .said = {(long)done, (long)total,
                                                                     what == NULL ? "" : what}});
}

TFHOOK_PRINTF(2, 3)
static void host_message(const struct tfhook_host *host, const char *format, ...)
{
    struct host_context *context = host->core;
    MEM_FORMAT(context->mem, format, context->message);
}

TFHOOK_PRINTF(2, 3)
static int host_skip(const struct tfhook_host *host, const char *format, ...)
{
    struct host_context *context = host->core;
    MEM_FORMAT(context->mem, format, context->message);
    return TFHOOK_SKIPPED;
}

TFHOOK_PRINTF(2, 3)
static int host_fail(const struct tfhook_host *host, const char *format, ...)
{
    struct host_context *context = host->core;
    MEM_FORMAT(context->mem, format, context->message);
    return TFHOOK_FAILED;
}

TFHOOK_PRINTF(3, 4)
static int host_reject(const struct tfhook_host *host, const char *key, const char *format, ...)
{
    struct host_context *context = host->core;
    const struct setting *found = find_setting(context, key);
    const char *text;
    MEM_FORMAT(context->mem, format, text);
    context->message = mem_printf(context->mem, "%s%s: %s", found->origin, key, text);
    return TFHOOK_REJECTED;
}

void host_table(struct host_context *context, struct tfhook_host *ret)
{
    *ret = (struct tfhook_host){
        .size = sizeof *ret,
        .minor = TFHOOK_API_MINOR,
        .core = context,
        .step = context->step->name,
        .hook = context->hook,
        .hostname = context->environment->hostname,
        .short_name = context->environment->short_name,
        .now = context->environment->now,
        .root = context->environment->root.dir,
        .log_level = context->log_level,
        .value = host_value,
        .items = host_items,
        .number = host_number,
        .flag = host_flag,
        .finding = host_finding,
        .next_step = host_next_step,
        .log = host_log,
        .progress = host_progress,
        .message = host_message,
        .skip = host_skip,
        .fail = host_fail,
        .reject = host_reject,
    };
    host_add_files(ret);
    host_add_changes(ret);
    host_add_system(ret);
}

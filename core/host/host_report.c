/* The host functions by which a plugin reports. */
#include "clock.h"
#include "host_context.h"

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
    const struct setting *found = host_setting(context, key);
    const char *text;
    MEM_FORMAT(context->mem, format, text);
    context->message = mem_printf(context->mem, "%s%s: %s", found->origin, key, text);
    return TFHOOK_REJECTED;
}

void host_add_report(struct tfhook_host *ret)
{
    ret->finding = host_finding;
    ret->next_step = host_next_step;
    ret->log = host_log;
    ret->progress = host_progress;
    ret->message = host_message;
    ret->skip = host_skip;
    ret->fail = host_fail;
    ret->reject = host_reject;
}

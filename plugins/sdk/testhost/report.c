/* The host functions that report, and what a test asks of them. */
#include "state.h"

#include <string.h>

/* The text of a format and the arguments behind it, in the memory of t. */
#define TAKE_TEXT(t, format, ret)                                                                  \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        (ret) = mem_vprintf(&(t)->mem, format, args);                                              \
        va_end(args);                                                                              \
    } while (0)

static void host_finding(const struct tfhook_host *host, const char *check, const char *id,
                         const char *subject, enum tfhook_verdict verdict, const char *message,
                         const char *hint)
{
    struct testhost *t = host_of(host);
    if (!t->call.may_publish)
        (void)note_misuse(t, "it reports a finding outside of verify");
    else if (check == NULL || id == NULL || subject == NULL || message == NULL ||
             (unsigned)verdict > TFHOOK_FAIL)
        (void)note_misuse(t, "a finding with a part missing or an unknown verdict");
    else
        *mem_push(&t->mem, t->call.findings, t->call.finding_count) = (struct testhost_finding){
            copy_text(t, check),   copy_text(t, id),   copy_text(t, subject),
            copy_text(t, message), copy_text(t, hint), verdict};
}

TFHOOK_PRINTF(2, 3)
static void host_next_step(const struct tfhook_host *host, const char *format, ...)
{
    struct testhost *t = host_of(host);
    const char *text = NULL;
    TAKE_TEXT(t, format, text);
    if (!names_have(&t->call.next_steps, text))
        names_add(&t->mem, &t->call.next_steps, text);
}

TFHOOK_PRINTF(3, 4)
static void host_log(const struct tfhook_host *host, enum tfhook_level level, const char *format,
                     ...)
{
    struct testhost *t = host_of(host);
    const char *text = NULL;
    TAKE_TEXT(t, format, text);
    (void)level;
    names_add(&t->mem, &t->call.log, text);
}

static void host_progress(const struct tfhook_host *host, size_t done, size_t total,
                          const char *what)
{
    (void)host, (void)done, (void)total, (void)what;
}

TFHOOK_PRINTF(2, 3)
static void host_message(const struct tfhook_host *host, const char *format, ...)
{
    TAKE_TEXT(host_of(host), format, host_of(host)->call.message);
}

TFHOOK_PRINTF(2, 3)
static int host_skip(const struct tfhook_host *host, const char *format, ...)
{
    TAKE_TEXT(host_of(host), format, host_of(host)->call.message);
    return TFHOOK_SKIPPED;
}

TFHOOK_PRINTF(2, 3)
static int host_fail(const struct tfhook_host *host, const char *format, ...)
{
    TAKE_TEXT(host_of(host), format, host_of(host)->call.message);
    return TFHOOK_FAILED;
}

TFHOOK_PRINTF(3, 4)
static int host_reject(const struct tfhook_host *host, const char *key, const char *format, ...)
{
    struct testhost *t = host_of(host);
    const char *text = NULL;
    (void)find_setting(t, key);
    TAKE_TEXT(t, format, text);
    t->call.message = mem_printf(&t->mem, "%s: %s", key == NULL ? "NULL" : key, text);
    return TFHOOK_REJECTED;
}

void add_report_functions(struct tfhook_host *table)
{
    table->finding = host_finding;
    table->next_step = host_next_step;
    table->log = host_log;
    table->progress = host_progress;
    table->message = host_message;
    table->skip = host_skip;
    table->fail = host_fail;
    table->reject = host_reject;
}

const char *testhost_message(const struct testhost *t)
{
    return t->call.message;
}

const char *testhost_misuse(const struct testhost *t)
{
    return t->call.misuse;
}

struct tfhook_names testhost_log(const struct testhost *t)
{
    return names_for_plugin(&t->call.log);
}

struct tfhook_names testhost_next_steps(const struct testhost *t)
{
    return names_for_plugin(&t->call.next_steps);
}

size_t testhost_findings(const struct testhost *t)
{
    return t->call.finding_count;
}

const struct testhost_finding *testhost_finding(const struct testhost *t, size_t index)
{
    return index < t->call.finding_count ? &t->call.findings[index] : NULL;
}

const struct testhost_finding *testhost_find(const struct testhost *t, const char *id,
                                             const char *subject)
{
    for (size_t i = 0; i < t->call.finding_count; i++) {
        const struct testhost_finding *finding = &t->call.findings[i];
        if (strcmp(finding->id, id) == 0 &&
            (subject == NULL || strcmp(finding->subject, subject) == 0))
            return finding;
    }
    return NULL;
}

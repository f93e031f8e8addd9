/* The host functions that report, and what a test asks of them. */
#include "state.h"

#include <string.h>

static void host_finding(const struct tfhook_host *host, const char *check, const char *id,
                         const char *subject, enum tfhook_verdict verdict, const char *message,
                         const char *hint)
{
    struct testhost *t = host_of(host);
    if (!t->may_publish) {
        (void)testhost_misused(t, "it reports a finding outside of verify");
        return;
    }
    if (check == NULL || id == NULL || subject == NULL || message == NULL ||
        (unsigned)verdict > TFHOOK_FAIL) {
        (void)testhost_misused(t, "a finding with a part missing or an unknown verdict");
        return;
    }
    struct testhost_finding finding = {testhost_text(t, check),   testhost_text(t, id),
                                       testhost_text(t, subject), testhost_text(t, message),
                                       testhost_text(t, hint),    verdict};
    LIST_PUSH(t, t->findings, finding);
}

TFHOOK_PRINTF(2, 3)
static void host_next_step(const struct tfhook_host *host, const char *format, ...)
{
    struct testhost *t = host_of(host);
    va_list args;
    va_start(args, format);
    const char *text = testhost_vprintf(t, format, args);
    va_end(args);
    for (size_t i = 0; i < t->next.count; i++)
        if (strcmp(t->next.items[i], text) == 0)
            return;
    LIST_PUSH(t, t->next, text);
}

TFHOOK_PRINTF(3, 4)
static void host_log(const struct tfhook_host *host, enum tfhook_level level, const char *format,
                     ...)
{
    struct testhost *t = host_of(host);
    va_list args;
    va_start(args, format);
    const char *text = testhost_vprintf(t, format, args);
    va_end(args);
    (void)level;
    LIST_PUSH(t, t->log, text);
}

static void host_progress(const struct tfhook_host *host, size_t done, size_t total,
                          const char *what)
{
    (void)host, (void)done, (void)total, (void)what;
}

TFHOOK_PRINTF(2, 3)
static void host_message(const struct tfhook_host *host, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    host_of(host)->message = testhost_vprintf(host_of(host), format, args);
    va_end(args);
}

TFHOOK_PRINTF(2, 3)
static int host_skip(const struct tfhook_host *host, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    host_of(host)->message = testhost_vprintf(host_of(host), format, args);
    va_end(args);
    return TFHOOK_SKIPPED;
}

TFHOOK_PRINTF(2, 3)
static int host_fail(const struct tfhook_host *host, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    host_of(host)->message = testhost_vprintf(host_of(host), format, args);
    va_end(args);
    return TFHOOK_FAILED;
}

TFHOOK_PRINTF(3, 4)
static int host_reject(const struct tfhook_host *host, const char *key, const char *format, ...)
{
    struct testhost *t = host_of(host);
    if (testhost_setting(t, key) == NULL)
        (void)testhost_misused(t, "it asks for the key %s, which it does not declare",
                               key == NULL ? "NULL" : key);
    va_list args;
    va_start(args, format);
    const char *text = testhost_vprintf(t, format, args);
    va_end(args);
    t->message = testhost_printf(t, "%s: %s", key == NULL ? "NULL" : key, text);
    return TFHOOK_REJECTED;
}

void testhost_table_report(struct tfhook_host *table)
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
    return t->message;
}

const char *testhost_misuse(const struct testhost *t)
{
    return t->misuse;
}

static struct tfhook_names names_of(const char *const *items, size_t count)
{
    static const char *const none[] = {NULL};
    return (struct tfhook_names){count > 0 ? items : none, count};
}

struct tfhook_names testhost_log(const struct testhost *t)
{
    return names_of(t->log.items, t->log.count);
}

struct tfhook_names testhost_next_steps(const struct testhost *t)
{
    return names_of(t->next.items, t->next.count);
}

size_t testhost_findings(const struct testhost *t)
{
    return t->findings.count;
}

const struct testhost_finding *testhost_finding(const struct testhost *t, size_t index)
{
    return index < t->findings.count ? &t->findings.items[index] : NULL;
}

const struct testhost_finding *testhost_find(const struct testhost *t, const char *id,
                                             const char *subject)
{
    for (size_t i = 0; i < t->findings.count; i++)
        if (strcmp(t->findings.items[i].id, id) == 0 &&
            (subject == NULL || strcmp(t->findings.items[i].subject, subject) == 0))
            return &t->findings.items[i];
    return NULL;
}

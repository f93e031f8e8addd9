/* The host functions that run commands and look at processes: canned answers. */
#include "state.h"

#include <errno.h>
#include <string.h>

static bool same_argv(const char *const *a, const char *const *b)
{
    for (; *a != NULL && *b != NULL; a++, b++)
        if (strcmp(*a, *b) != 0)
            return false;
    return *a == *b;
}

/* The last answer that was given for it counts. */
static const struct answer *find_answer(const struct testhost *t, const char *const *argv)
{
    for (size_t i = t->answers.count; i > 0; i--)
        if (same_argv(t->answers.items[i - 1].argv, argv))
            return &t->answers.items[i - 1];
    return NULL;
}

static int run_probe(struct testhost *t, const char *const *argv, const char *input, int seconds,
                     size_t limit, struct tfhook_output *ret)
{
    size_t size = ret->struct_size;
    if (argv == NULL || argv[0] == NULL || argv[0][0] != '/')
        return testhost_misused(t, "a probe without an absolute path");
    if (seconds <= 0 || limit == 0 || limit > LIMIT_FILE)
        return testhost_misused(t, "a probe without a deadline or a limit");
    if (size < sizeof size || size > 64 * sizeof *ret)
        return testhost_misused(t, "struct_size of a struct tfhook_output is not set");
    LIST_PUSH(t, t->inputs, ((struct pair){testhost_text(t, argv[0]), input, 0}));
    const struct answer *answer = find_answer(t, argv);
    if (answer == NULL)
        return -ENOENT;
    struct tfhook_output out = {.struct_size = size,
                                .exit_status = answer->status,
                                .timed_out = answer->status == TESTHOST_TIMEOUT,
                                .out = testhost_copy(t, answer->out, strlen(answer->out)),
                                .err = testhost_copy(t, answer->err, strlen(answer->err))};
    out.truncated = out.out.size > limit;
    if (out.truncated)
        out.out = testhost_copy(t, answer->out, limit);
    if (out.err.size > LIMIT_ERR)
        out.err = testhost_copy(t, answer->err, LIMIT_ERR);
    if (out.truncated || out.timed_out)
        out.exit_status = 128 + 9; /* SIGKILL */
    memcpy(ret, &out, size < sizeof out ? size : sizeof out);
    return 0;
}

static int host_probe(const struct tfhook_host *host, const char *const *argv, int seconds,
                      size_t limit, struct tfhook_output *ret)
{
    return run_probe(host_of(host), argv, "", seconds, limit, ret);
}

static int host_probe_input(const struct tfhook_host *host, const char *const *argv,
                            const void *input, size_t size, int seconds, size_t limit,
                            struct tfhook_output *ret)
{
    struct testhost *t = host_of(host);
    if (input == NULL)
        return testhost_misused(t, "an input of a probe that is NULL");
    return run_probe(t, argv, (const char *)testhost_copy(t, input, size).data, seconds, limit,
                     ret);
}

static bool is_below(const char *name)
{
    if (name == NULL || name[0] == '\0' || name[0] == '/')
        return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strcmp(part, "..") == 0 || strncmp(part, "../", 3) == 0)
            return false;
    }
    return true;
}

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct testhost *t = host_of(host);
    limit = limit == 0 || limit > LIMIT_PROCESS ? LIMIT_PROCESS : limit;
    if (pid < 0 || !is_below(name))
        return testhost_misused(t, "a process or a name of its that cannot be");
    for (size_t i = t->processes.count; i > 0; i--) {
        const struct pair *look = &t->processes.items[i - 1];
        if (look->number != pid || strcmp(look->name, name) != 0)
            continue;
        if (strlen(look->text) > limit)
            return -EFBIG;
        *ret = testhost_copy(t, look->text, strlen(look->text));
        return 0;
    }
    return -ENOENT;
}

void testhost_table_probe(struct tfhook_host *table)
{
    table->probe = host_probe;
    table->probe_input = host_probe_input;
    table->process = host_process;
}

void testhost_answer(struct testhost *t, const char *const *argv, int status, const char *out,
                     const char *err)
{
    LIST_OF(const char *) words = {NULL, 0, 0};
    for (; *argv != NULL; argv++)
        LIST_PUSH(t, words, testhost_text(t, *argv));
    LIST_PUSH(t, t->answers,
              ((struct answer){words.items, status, testhost_text(t, out == NULL ? "" : out),
                               testhost_text(t, err == NULL ? "" : err)}));
}

const char *testhost_input(const struct testhost *t, const char *program)
{
    for (size_t i = t->inputs.count; i > 0; i--)
        if (strcmp(t->inputs.items[i - 1].name, program) == 0)
            return t->inputs.items[i - 1].text;
    return NULL;
}

void testhost_process(struct testhost *t, long pid, const char *name, const char *text)
{
    LIST_PUSH(t, t->processes,
              ((struct pair){testhost_text(t, name), testhost_text(t, text), pid}));
}

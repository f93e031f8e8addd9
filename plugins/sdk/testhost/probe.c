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
    for (size_t i = t->answer_count; i > 0; i--)
        if (same_argv(t->answers[i - 1].argv, argv))
            return &t->answers[i - 1];
    return NULL;
}

/* A copy, so that a plugin may wipe what it got. */
static struct tfhook_data give_bytes(struct testhost *t, const struct blob *bytes, size_t limit)
{
    struct blob copy = copy_bytes(t, bytes->data, bytes->size > limit ? limit : bytes->size);
    return (struct tfhook_data){copy.data, copy.size};
}

static int run_probe(struct testhost *t, const char *const *argv, const char *input, int seconds,
                     size_t limit, struct tfhook_output *ret)
{
    size_t size = ret->struct_size;
    if (argv == NULL || argv[0] == NULL || argv[0][0] != '/')
        return note_misuse(t, "a probe without an absolute path");
    if (seconds <= 0 || limit == 0 || limit > LIMIT_FILE)
        return note_misuse(t, "a probe without a deadline or a limit");
    if (check_size(t, size, sizeof *ret, "tfhook_output") < 0)
        return -EINVAL;
    pairs_add(t, &t->call.inputs, argv[0], input);
    const struct answer *answer = find_answer(t, argv);
    if (answer == NULL)
        return -ENOENT;
    struct tfhook_output out = {.struct_size = size,
                                .exit_status = answer->status,
                                .timed_out = answer->status == TESTHOST_TIMEOUT,
                                .truncated = answer->out.size > limit,
                                .out = give_bytes(t, &answer->out, limit),
                                .err = give_bytes(t, &answer->err, LIMIT_ERR)};
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
        return note_misuse(t, "an input of a probe that is NULL");
    return run_probe(t, argv, mem_copy(&t->mem, input, size), seconds, limit, ret);
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

static const char *process_key(struct testhost *t, long pid, const char *name)
{
    return mem_printf(&t->mem, "%ld/%s", pid, name);
}

static int host_process(const struct tfhook_host *host, long pid, const char *name, size_t limit,
                        struct tfhook_data *ret)
{
    struct testhost *t = host_of(host);
    if (pid < 0 || !is_below(name))
        return note_misuse(t, "a process or a name of its that cannot be");
    const char *text = pairs_find(&t->processes, process_key(t, pid, name));
    if (text == NULL)
        return -ENOENT;
    const struct blob content = {(const unsigned char *)text, strlen(text)};
    if (content.size > (limit == 0 || limit > LIMIT_PROCESS ? LIMIT_PROCESS : limit))
        return -EFBIG;
    *ret = give_bytes(t, &content, LIMIT_PROCESS);
    return 0;
}

void add_probe_functions(struct tfhook_host *table)
{
    table->probe = host_probe;
    table->probe_input = host_probe_input;
    table->process = host_process;
}

void testhost_answer(struct testhost *t, const char *const *argv, int status, const char *out,
                     const char *err)
{
    struct names words = {0};
    for (; *argv != NULL; argv++)
        names_add(&t->mem, &words, mem_str(&t->mem, *argv));
    *mem_push(&t->mem, t->answers, t->answer_count) =
        (struct answer){words.names, status, copy_bytes(t, out, out == NULL ? 0 : strlen(out)),
                        copy_bytes(t, err, err == NULL ? 0 : strlen(err))};
}

const char *testhost_input(const struct testhost *t, const char *program)
{
    return pairs_find(&t->call.inputs, program);
}

void testhost_process(struct testhost *t, long pid, const char *name, const char *text)
{
    pairs_add(t, &t->processes, process_key(t, pid, name), text);
}

/*
 * A plugin that does what the key `do` says, one action a line, so that a test can drive the core
 * through every way a plugin may behave. An action is CALL:WORD[:ARGUMENT[:ARGUMENT...]], where
 * CALL is check, plan or verify.
 */
#include <tfhook/plugin.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef FAKE_NAME
#define FAKE_NAME "fake"
#endif

enum { WORDS_MAX = 6 };

struct action {
    const struct tfhook_host *host;
    char *words[WORDS_MAX];
    int result;
};

static char *word(const struct action *action, int i)
{
    return action->words[i] != NULL && action->words[i][0] != '\0' ? action->words[i] : NULL;
}

static void act_read(struct action *a)
{
    struct tfhook_data data;
    int rc = a->host->read(a->host, word(a, 0), 0, &data);
    if (rc < 0)
        a->result = a->host->fail(a->host, "read %s: %s", word(a, 0), strerror(-rc));
    else
        a->host->log(a->host, TFHOOK_INFO, "read %s: %zu bytes: %s", word(a, 0), data.size,
                     (const char *)data.data);
}

static void act_write(struct action *a)
{
    struct tfhook_data data;
    char *text = word(a, 1) == NULL ? "" : word(a, 1);
    int mode = word(a, 2) == NULL ? -1 : (int)strtol(word(a, 2), NULL, 8);
    (void)a->host->read(a->host, word(a, 0), 0, &data);
    int rc = a->host->write(a->host, word(a, 0), text, strlen(text), mode, 0);
    if (rc < 0)
        a->result = a->host->fail(a->host, "write %s: %s", word(a, 0), strerror(-rc));
}

static void act_write_unread(struct action *a)
{
    (void)a->host->write(a->host, word(a, 0), "x", 1, -1, 0);
}

static void act_edit(struct action *a)
{
    struct tfhook_data data;
    (void)a->host->read(a->host, word(a, 0), 0, &data);
    int rc = a->host->edit(a->host, word(a, 0), word(a, 1), word(a, 2), word(a, 3));
    if (rc < 0)
        a->result = a->host->fail(a->host, "edit %s: %s", word(a, 0), strerror(-rc));
}

static void act_remove(struct action *a)
{
    struct tfhook_data data;
    (void)a->host->read(a->host, word(a, 0), 0, &data);
    int rc = a->host->remove(a->host, word(a, 0));
    if (rc < 0)
        a->result = a->host->fail(a->host, "remove %s: %s", word(a, 0), strerror(-rc));
}

static void act_list(struct action *a)
{
    struct tfhook_names names;
    int rc = a->host->list(a->host, word(a, 0), &names);
    for (size_t i = 0; rc == 0 && i < names.count; i++)
        a->host->log(a->host, TFHOOK_INFO, "listed %s", names.names[i]);
    if (rc < 0)
        a->host->log(a->host, TFHOOK_INFO, "list: %s", strerror(-rc));
}

static void act_stat(struct action *a)
{
    struct tfhook_stat st = {.struct_size = sizeof st};
    int rc = a->host->stat(a->host, word(a, 0), &st);
    a->host->log(a->host, TFHOOK_INFO, "stat %d: kind %d mode %o size %llu", rc, (int)st.kind,
                 (unsigned)st.mode, (unsigned long long)st.size);
}

static void act_directory(struct action *a)
{
    (void)a->host->directory(a->host, word(a, 0), 0750);
}

static void act_finding(struct action *a)
{
    static const char *const verdicts[] = {"pass", "skip", "warn", "fail"};
    for (int i = 0; i < 4; i++)
        if (strcmp(word(a, 0), verdicts[i]) == 0)
            a->host->finding(a->host, "fake", "fake.finding", "subject", (enum tfhook_verdict)i,
                             "as told", "nothing to do");
}

static void act_next(struct action *a)
{
    a->host->next_step(a->host, "%s", word(a, 0));
}

static void act_fail(struct action *a)
{
    a->result = a->host->fail(a->host, "%s", word(a, 0));
}

static void act_skip(struct action *a)
{
    a->result = a->host->skip(a->host, "%s", word(a, 0));
}

static void act_reject(struct action *a)
{
    a->result = a->host->reject(a->host, "do", "%s", word(a, 0));
}

static void act_return(struct action *a)
{
    a->result = (int)strtol(word(a, 0), NULL, 10);
}

static void probe_for(struct action *a, int seconds)
{
    const char *argv[] = {word(a, 0), word(a, 1), word(a, 2), word(a, 3), word(a, 4), NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    int rc = a->host->probe(a->host, argv, seconds, 1000, &out);
    a->host->log(a->host, TFHOOK_INFO, "probe %d: status %d timed out %d truncated %d: %.*s", rc,
                 out.exit_status, out.timed_out, out.truncated, (int)out.out.size,
                 (const char *)out.out.data);
}

static void act_probe(struct action *a)
{
    probe_for(a, 5);
}

static void act_probe_briefly(struct action *a)
{
    probe_for(a, 1);
}

#if TFHOOK_API_MINOR >= 1
static void act_probe_input(struct action *a)
{
    const char *argv[] = {word(a, 0), NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    size_t size = (size_t)strtoul(word(a, 1), NULL, 10);
    char *input = malloc(size + 1);
    memset(input, 'x', size);
    int rc = a->host->probe_input(a->host, argv, input, size, 2, 10000000, &out);
    a->host->log(a->host, TFHOOK_INFO, "probe %s %d: status %d, %zu bytes%s", argv[0], rc,
                 out.exit_status, out.out.size, out.timed_out ? ", timed out" : "");
    free(input);
}

static void act_process(struct action *a)
{
    struct tfhook_data data;
    int rc = a->host->process(a->host, strtol(word(a, 0), NULL, 10), word(a, 1), 0, &data);
    a->host->log(a->host, TFHOOK_INFO, "process: %s",
                 rc < 0 ? strerror(-rc) : (const char *)data.data);
}

static void act_staged(struct action *a)
{
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    for (size_t i = 0; a->host->staged(a->host, i, &staged) == 0; i++)
        a->host->log(a->host, TFHOOK_INFO, "staged %d by %s: %s from %.6s to %.6s secret %d",
                     (int)staged.action, staged.step, staged.path,
                     staged.old_sha256 == NULL ? "nothing" : staged.old_sha256,
                     staged.new_sha256 == NULL ? "nothing" : staged.new_sha256, staged.secret);
}
#endif

static void act_publish(struct action *a)
{
    (void)a->host->publish(a->host, word(a, 0), word(a, 1), strlen(word(a, 1)));
}

static void act_escape(struct action *a)
{
    a->host->log(a->host, TFHOOK_INFO, "remote says \033[31mred\r and \xff");
}

static void act_crash(struct action *a)
{
    (void)a;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
}

static void act_hang(struct action *a)
{
    (void)a;
    for (;;)
        (void)pause();
}

static void act_exit(struct action *a)
{
    _exit((int)strtol(word(a, 0), NULL, 10));
}

static void act_child(struct action *a)
{
    (void)a;
    if (fork() == 0)
        for (;;)
            (void)pause();
}

static void act_close_all(struct action *a)
{
    (void)a;
    for (int fd = 0; fd < 1024; fd++)
        (void)close(fd);
}

static void act_print(struct action *a)
{
    (void)puts(word(a, 0));
    (void)fflush(stdout);
}

static void act_sleep(struct action *a)
{
    (void)sleep((unsigned)strtol(word(a, 0), NULL, 10));
}

/* Until the file is there, which the test makes; a minute at most. */
static void act_until(struct action *a)
{
    int left = 6000;
    while (access(word(a, 0), F_OK) < 0 && --left > 0)
        (void)usleep(10000);
    if (left == 0)
        a->result = a->host->fail(a->host, "until: %s never came", word(a, 0));
}

static void act_direct(struct action *a)
{
    a->host->log(a->host, TFHOOK_INFO, "hook %s host %s step %s",
                 a->host->hook == NULL ? "(none)" : a->host->hook, a->host->short_name,
                 a->host->step);
}

static const struct {
    const char *name;
    void (*act)(struct action *action);
} actions[] = {
    {"read", act_read},       {"write", act_write},     {"write-unread", act_write_unread},
    {"edit", act_edit},       {"remove", act_remove},   {"list", act_list},
    {"mkdir", act_directory}, {"finding", act_finding}, {"next", act_next},
    {"fail", act_fail},       {"skip", act_skip},       {"reject", act_reject},
    {"return", act_return},   {"probe", act_probe},     {"publish", act_publish},
    {"escape", act_escape},   {"crash", act_crash},     {"hang", act_hang},
    {"exit", act_exit},       {"child", act_child},     {"close-all", act_close_all},
    {"print", act_print},     {"sleep", act_sleep},     {"until", act_until},
    {"where", act_direct},    {"stat", act_stat},       {"probe-briefly", act_probe_briefly},
#if TFHOOK_API_MINOR >= 1
    {"process", act_process}, {"staged", act_staged},   {"probe-input", act_probe_input},
#endif
};

static int run_line(const struct tfhook_host *host, const char *call, const char *line)
{
    struct action action = {.host = host, .result = TFHOOK_OK};
    char *copy = strdup(line);
    char *rest = copy;
    char *of = strsep(&rest, ":");
    char *name = strsep(&rest, ":");
    for (int i = 0; i < WORDS_MAX && rest != NULL; i++)
        action.words[i] = strsep(&rest, ":");
    for (size_t i = 0;
         name != NULL && strcmp(of, call) == 0 && i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0)
            actions[i].act(&action);
    free(copy);
    return action.result;
}

static int run(const struct tfhook_host *host, const char *call)
{
    struct tfhook_names lines = host->items(host, "do");
    for (size_t i = 0; i < lines.count; i++) {
        int result = run_line(host, call, lines.names[i]);
        if (result != TFHOOK_OK)
            return result;
    }
    return TFHOOK_OK;
}

static int check(const struct tfhook_host *host)
{
    return run(host, "check");
}

static int plan(const struct tfhook_host *host)
{
    return run(host, "plan");
}

static int verify(const struct tfhook_host *host)
{
    return run(host, "verify");
}

static const struct tfhook_key keys[] = {
    {"do", TFHOOK_LIST, 0, NULL, NULL, 0, 0, "what to do, one action a line"},
    {"number", TFHOOK_NUMBER, 0, "7", NULL, 1, 100, "a number"},
    {"choice", TFHOOK_ENUM, 0, "one", "one two", 0, 0, "a choice"},
    {"flag", TFHOOK_FLAG, 0, "no", NULL, 0, 0, "a flag"},
    {"path", TFHOOK_PATH, 0, NULL, NULL, 0, 0, "a path"},
};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .minor = TFHOOK_API_MINOR,
    .name = FAKE_NAME,
    .version = "1",
    .summary = "does what it is told",
    .manual = "For tests only.",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof *keys,
    .check = check,
    .plan = plan,
    .verify = verify,
};

/* The test host: what a plugin's test relies on, and that it answers as core's host does. */
#include "unit.h"

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tfhook/testhost.h>
#include <unistd.h>

/* --- the same actions through both hosts --- */

enum op { READ, LIST, STAT, REAL, WRITE, EDIT, REMOVE, DIRECTORY, STAGED, OPS };

struct deed {
    enum op op;
    const char *path, *old_line, *new_line, *anchor;
    int mode;
    unsigned flags;
};

static struct deed script[16];
static size_t script_size;
static char transcript[65536];

static void say(const char *format, ...) TFHOOK_PRINTF(1, 2);
static void say(const char *format, ...)
{
    size_t used = strlen(transcript);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(transcript + used, sizeof transcript - used, format, args);
    va_end(args);
}

static int propose(const struct tfhook_host *host, const struct deed *a)
{
    switch (a->op) {
    case WRITE:
        return host->write(host, a->path, a->new_line, strlen(a->new_line), a->mode, a->flags);
    case EDIT:
        return host->edit(host, a->path, a->old_line, a->new_line, a->anchor);
    case REMOVE:
        return host->remove(host, a->path);
    default:
        return host->directory(host, a->path, a->mode);
    }
}

static int look(const struct tfhook_host *host, const struct deed *a)
{
    struct tfhook_data data = {NULL, 0};
    struct tfhook_names names = {NULL, 0};
    struct tfhook_stat st = {.struct_size = sizeof st};
    const char *real = "";
    int rc = a->op == READ   ? host->read(host, a->path, a->mode < 0 ? 0 : 4, &data)
             : a->op == LIST ? host->list(host, a->path, &names)
             : a->op == STAT ? host->stat(host, a->path, &st)
                             : host->real_path(host, a->path, &real);
    if (rc == 0 && a->op == READ)
        say("%zu \"%s\" ", data.size, (const char *)data.data);
    for (size_t i = 0; i < names.count; i++)
        say("%s ", names.names[i]);
    if (rc == 0 && a->op == STAT)
        say("%d %o %d ", (int)st.kind, st.mode, st.kind == TFHOOK_FILE ? (int)st.size : 0);
    if (a->op == REAL && rc == 0)
        say("%s ", real);
    return rc;
}

static void tell_staged(const struct tfhook_host *host)
{
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    for (size_t i = 0; host->staged(host, i, &staged) == 0; i++)
        say("{%d %s %d %s %.8s %.8s} ", (int)staged.action, staged.path, staged.secret, staged.step,
            staged.old_sha256 == NULL ? "-" : staged.old_sha256,
            staged.new_sha256 == NULL ? "-" : staged.new_sha256);
}

static int play(const struct tfhook_host *host)
{
    transcript[0] = '\0';
    for (size_t i = 0; i < script_size; i++) {
        const struct deed *a = &script[i];
        say("%d %s: ", (int)a->op, a->path == NULL ? "NULL" : a->path);
        int rc = a->op == STAGED ? 0 : a->op < WRITE ? look(host, a) : propose(host, a);
        say("%d\n", rc);
    }
    tell_staged(host);
    return TFHOOK_OK;
}

static const struct tfhook_plugin player = {
    .size = sizeof player, .minor = 1, .name = "player", .plan = play, .verify = play};

static char disk[] = "/tmp/tfhook-testhost.XXXXXX";

static void put(const char *path, const char *text)
{
    char full[256];
    (void)snprintf(full, sizeof full, "%s%s", disk, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_int_equal(close(fd), 0);
}

static int make_disk(void **state)
{
    char full[256];
    (void)state;
    (void)umask(022);
    assert_non_null(mkdtemp(disk));
    assert_int_equal(chmod(disk, 0755), 0);
    (void)snprintf(full, sizeof full, "%s/d", disk);
    assert_int_equal(mkdir(full, 0755), 0);
    (void)snprintf(full, sizeof full, "%s/pipe", disk);
    assert_int_equal(mkfifo(full, 0644), 0);
    (void)snprintf(full, sizeof full, "%s/link", disk);
    assert_int_equal(symlink("/d/inner", full), 0);
    (void)snprintf(full, sizeof full, "%s/ring", disk);
    assert_int_equal(symlink("ring", full), 0);
    put("/f", "one\ntwo\none\n");
    put("/empty", "");
    put("/d/inner", "in");
    return 0;
}

static int remove_disk(void **state)
{
    static const char *const names[] = {"/f",    "/empty", "/d/inner", "/pipe",
                                        "/link", "/ring",  "/d",       ""};
    char full[256];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(full, sizeof full, "%s%s", disk, names[i]);
        assert_int_equal(remove(full), 0);
    }
    return 0;
}

static struct testhost *same_world(void)
{
    struct testhost *t = testhost_new(&player);
    testhost_file(t, "/f", "one\ntwo\none\n");
    testhost_file(t, "/empty", "");
    testhost_file(t, "/d/inner", "in");
    testhost_special(t, "/pipe");
    testhost_link(t, "/link", "/d/inner");
    testhost_link(t, "/ring", "ring");
    return t;
}

/* What core's own table answers, and the misuse that it noted. */
static void play_for_real(bool plan)
{
    struct mem mem = {0};
    struct stage stage = {.mem = &mem};
    struct settings settings = {0};
    struct step step = {.name = "test", .plugin = "player"};
    struct world world = {.root = {.dir = disk},
                          .state_dir = mem_printf(&mem, "%s/var/lib/tfhook", disk),
                          .hostname = "app1.example.com",
                          .short_name = "app1",
                          .now = 1700000000};
    struct guest guest = {.mem = &mem,
                          .world = &world,
                          .step = &step,
                          .settings = &settings,
                          .stage = &stage,
                          .may_stage = plan,
                          .may_publish = !plan,
                          .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    struct tfhook_host table;
    assert_true(guest.fd >= 0);
    host_table(&guest, &table);
    (void)play(&table);
    say("misuse: %s\n", guest.misuse == NULL ? "none" : guest.misuse);
    (void)close(guest.fd);
    mem_free(&mem);
}

static void compare(bool plan)
{
    static char real[sizeof transcript];
    play_for_real(plan);
    memcpy(real, transcript, sizeof real);
    struct testhost *t = same_world();
    (void)(plan ? testhost_plan(t) : testhost_verify(t));
    say("misuse: %s\n", testhost_misuse(t) == NULL ? "none" : testhost_misuse(t));
    testhost_free(t);
    assert_string_equal(transcript, real);
}

static unsigned long chance;

static unsigned pick(unsigned below)
{
    chance = chance * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(chance >> 33) % below;
}

static const char *const paths[] = {
    "/f",       "/empty", "/d",         "/d/inner",  "/pipe",         "/link",
    "/ring",    "/gone",  "/gone/deep", "/f/below",  "/d/../d/./new", "@notes/n",
    "relative", "/",      NULL,         "@notes/a/b"};
static const char *const texts[] = {"one", "two", "one\ntwo\none\n", "", "three", "x\n"};

static const char *maybe(unsigned odds)
{
    return pick(odds) == 0 ? NULL : texts[pick(6)];
}

static void both_hosts_answer_alike(void **state)
{
    (void)state;
    for (unsigned long seed = 0; seed < 4000; seed++) {
        chance = seed;
        script_size = 1 + pick(8);
        /* Most actions are on few paths, so that they meet. */
        unsigned few = pick(12);
        for (size_t i = 0; i < script_size; i++) {
            script[i] = (struct deed){.op = (enum op)pick(OPS),
                                      .path = paths[pick(4) != 0 ? few : pick(16)],
                                      .old_line = maybe(3),
                                      .new_line = texts[pick(6)],
                                      .anchor = maybe(2),
                                      .mode = pick(3) == 0 ? 0600 : -1,
                                      .flags = pick(8) == 0 ? pick(4) : 0};
            if (script[i].op == EDIT)
                script[i].new_line = maybe(4);
            if (i == 0 && pick(4) != 0)
                script[i].op = READ;
        }
        compare(pick(16) != 0);
    }
}

static void errors_are_those_of_the_real_host(void **state)
{
    static const struct deed cases[][2] = {
        {{READ, "/gone", NULL, NULL, NULL, -1, 0}}, {{READ, "/d", NULL, NULL, NULL, -1, 0}},
        {{READ, "/pipe", NULL, NULL, NULL, -1, 0}}, {{READ, "/ring", NULL, NULL, NULL, -1, 0}},
        {{READ, "/f", NULL, NULL, NULL, 1, 0}},     {{STAT, "/gone", NULL, NULL, NULL, -1, 0}},
        {{LIST, "/gone", NULL, NULL, NULL, -1, 0}}, {{LIST, "/f", NULL, NULL, NULL, -1, 0}},
        {{EDIT, "/gone", "a", "b", NULL, -1, 0}},   {{EDIT, "/d", "a", "b", NULL, -1, 0}},
        {{EDIT, "/f", "two", "b", NULL, -1, 0}},    {{REMOVE, "/gone", NULL, NULL, NULL, -1, 0}},
        {{REMOVE, "/d", NULL, NULL, NULL, -1, 0}},  {{REMOVE, "/f", NULL, NULL, NULL, -1, 0}},
        {{WRITE, "/f", NULL, "x", NULL, -1, 0}},    {{WRITE, "/new", NULL, "x", NULL, -1, 4}},
    };
    static const int expected[] = {-ENOENT, -EISDIR,  -EINVAL, -ELOOP,  -EFBIG,  -ENOENT,
                                   -ENOENT, -ENOTDIR, -ENOENT, -EISDIR, -EINVAL, -ENOENT,
                                   -EISDIR, -EINVAL,  -EINVAL, -EINVAL};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char answer[32];
        script[0] = cases[i][0];
        script_size = 1;
        compare(true);
        (void)snprintf(answer, sizeof answer, ": %d\n", expected[i]);
        assert_non_null(strstr(transcript, answer));
    }
}

/* --- what a test relies on --- */

static int (*doing)(const struct tfhook_host *host);

static int dispatch(const struct tfhook_host *host)
{
    return doing(host);
}

static const struct tfhook_key keys[] = {
    {"file", TFHOOK_PATH, 1, NULL, NULL, 0, 0, "the file"},
    {"words", TFHOOK_LIST, 0, "a, b", NULL, 0, 0, "words"},
    {"count", TFHOOK_NUMBER, 0, "3", NULL, 1, 9, "how many"},
    {"on", TFHOOK_FLAG, 0, NULL, NULL, 0, 0, "a flag"},
    {"pick", TFHOOK_ENUM, 0, NULL, "red blue", 0, 0, "a colour"},
    {"picks", TFHOOK_ENUMS, 0, NULL, "red blue", 0, 0, "colours"},
    {"paths", TFHOOK_PATHS, 0, NULL, NULL, 0, 0, "paths"},
};
static const struct tfhook_plugin doer = {.size = sizeof doer,
                                          .minor = 1,
                                          .name = "doer",
                                          .keys = keys,
                                          .key_count = sizeof keys / sizeof *keys,
                                          .key_size = sizeof *keys,
                                          .plan = dispatch,
                                          .verify = dispatch};

static struct testhost *begin(int (*function)(const struct tfhook_host *host))
{
    struct testhost *t = testhost_new(&doer);
    doing = function;
    testhost_set(t, "file", "/etc/f");
    return t;
}

static int ask_values(const struct tfhook_host *host)
{
    assert_string_equal(host->value(host, "file"), "/etc/f");
    assert_null(host->value(host, "words"));
    assert_int_equal(host->items(host, "words").count, 2);
    assert_string_equal(host->items(host, "words").names[1], "b");
    assert_null(host->items(host, "words").names[2]);
    assert_int_equal(host->items(host, "picks").count, 0);
    assert_int_equal(host->number(host, "count"), 3);
    assert_false(host->flag(host, "on"));
    assert_string_equal(host->short_name, "scm1");
    assert_string_equal(host->hook, "pre-provision");
    return host->reject(host, "words", "too %s", "short");
}

static void keys_have_their_types_and_defaults(void **state)
{
    (void)state;
    struct testhost *t = begin(ask_values);
    testhost_hostname(t, "SCM1.example.com");
    testhost_hook(t, "pre-provision");
    assert_int_equal(testhost_plan(t), TFHOOK_REJECTED);
    assert_string_equal(testhost_message(t), "words: too short");
    assert_int_equal(testhost_check(t), TFHOOK_OK); /* it has none */
    testhost_free(t);
}

static int never(const struct tfhook_host *host)
{
    (void)host;
    fail_msg("called with keys that tfhook rejects");
    return TFHOOK_OK;
}

static void keys_that_tfhook_rejects_reject_the_call(void **state)
{
    static const struct {
        const char *key, *value, *why;
    } cases[] = {
        {"file", NULL, "[step test] needs file: the file"},
        {"file", "f", "file = f: the path must be absolute"},
        {"file", "", "file needs one value"},
        {"count", "10", "count = 10: expected a whole number from 1 to 9"},
        {"count", " 1", "count =  1: expected a whole number from 1 to 9"},
        {"on", "true", "on = true: expected yes or no"},
        {"pick", "re", "pick = re: expected one of: red blue"},
        {"picks", "red, green", "picks = green: expected one of: red blue"},
        {"paths", "/a, b", "paths = b: the path must be absolute"},
        {"words", " , ", "words is empty"},
        {"wrods", "a", "the plugin doer has no key wrods"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct testhost *t = begin(never);
        testhost_set(t, cases[i].key, cases[i].value);
        assert_int_equal(testhost_plan(t), TFHOOK_REJECTED);
        assert_string_equal(testhost_message(t), cases[i].why);
        testhost_free(t);
    }
}

static int ask_undeclared(const struct tfhook_host *host)
{
    (void)host->value(host, "fiel");
    return TFHOOK_OK;
}

static int return_nonsense(const struct tfhook_host *host)
{
    (void)host;
    return 17;
}

static void misuse_and_nonsense_fail_the_call(void **state)
{
    (void)state;
    struct testhost *t = begin(ask_undeclared);
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), "the plugin doer misuses its interface: it asks for "
                                             "the key fiel, which it does not declare");
    doing = return_nonsense;
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_null(testhost_misuse(t));
    testhost_free(t);
}

static int write_and_fail(const struct tfhook_host *host)
{
    assert_int_equal(host->write(host, "/a/new", "x", 1, 0600, TFHOOK_SECRET), 0);
    host->summary(host, "/a/new", "+ %d", 1);
    return host->flag(host, "on") ? (host->fail)(host, "no") : TFHOOK_OK;
}

static void what_is_staged_can_be_asked_and_committed(void **state)
{
    (void)state;
    struct testhost *t = begin(write_and_fail);
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_int_equal(testhost_changes(t), 2);
    assert_true(testhost_made(t, "/a"));
    assert_string_equal(testhost_content(t, "/a/new"), "x");
    assert_int_equal(testhost_content_size(t, "/a/new"), 1);
    assert_int_equal(testhost_staged_mode(t, "/a/new"), 0600);
    assert_true(testhost_secret(t, "/a/new"));
    assert_false(testhost_removed(t, "/a/new"));
    assert_string_equal(testhost_summary(t, "/a/new").names[0], "+ 1");
    testhost_commit(t);
    assert_int_equal(testhost_changes(t), 0);
    /* It is there now, so writing it unread is a misuse. */
    doing = write_and_fail;
    testhost_set(t, "on", "yes");
    testhost_forget(t, "/a/new");
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_message(t), "no");
    assert_int_equal(testhost_changes(t), 0);
    testhost_free(t);
}

static int probe(const struct tfhook_host *host)
{
    const char *const argv[] = {"/bin/x", "-v", NULL}, *const other[] = {"/bin/y", NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    assert_int_equal(host->probe(host, other, 1, 10, &out), -ENOENT);
    assert_int_equal(host->probe_input(host, argv, "in", 2, 1, 10, &out), 0);
    assert_int_equal(out.exit_status, 3);
    assert_string_equal(out.out.data, "out");
    assert_string_equal(out.err.data, "err");
    assert_int_equal(host->probe(host, argv, 1, 2, &out), 0);
    assert_true(out.truncated);
    assert_int_equal(out.out.size, 2);
    return TFHOOK_OK;
}

static int probe_slow(const struct tfhook_host *host)
{
    const char *const argv[] = {"/bin/x", "-v", NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    assert_int_equal(host->probe_input(host, argv, "in", 2, 1, 10, &out), 0);
    assert_true(out.timed_out);
    return host->probe(host, argv, 0, 10, &out) == -EINVAL ? TFHOOK_OK : TFHOOK_SKIPPED;
}

static void probes_have_canned_answers(void **state)
{
    const char *const argv[] = {"/bin/x", "-v", NULL};
    (void)state;
    struct testhost *t = begin(probe);
    testhost_answer(t, argv, 3, "out", "err");
    assert_int_equal(testhost_plan(t), TFHOOK_OK);
    assert_string_equal(testhost_input(t, "/bin/x"), "");
    assert_null(testhost_input(t, "/bin/z"));
    doing = probe_slow;
    testhost_answer(t, argv, TESTHOST_TIMEOUT, NULL, NULL);
    assert_int_equal(testhost_plan(t), TFHOOK_FAILED);
    assert_string_equal(testhost_misuse(t), "a probe without a deadline or a limit");
    testhost_free(t);
}

static int report(const struct tfhook_host *host)
{
    struct tfhook_data data;
    struct tfhook_staged staged = {.struct_size = sizeof staged};
    assert_int_equal(host->process(host, 7, "cmdline", 0, &data), 0);
    assert_string_equal(data.data, "java");
    assert_int_equal(host->process(host, 8, "cmdline", 0, &data), -ENOENT);
    assert_int_equal(host->staged(host, 0, &staged), 0);
    assert_string_equal(staged.step, "before");
    assert_int_equal(host->read(host, "/etc/secret", 0, &data), -EACCES);
    host->finding(host, "c", "c.id", "subject", TFHOOK_WARN, "message", NULL);
    host->next_step(host, "restart");
    host->next_step(host, "restart");
    host->log(host, TFHOOK_DEBUG, "seen %d", 1);
    assert_int_equal(host->publish(host, "/m", "metric", 6), 0);
    host->message(host, "well");
    return TFHOOK_OK;
}

static void reports_can_be_asked(void **state)
{
    (void)state;
    struct testhost *t = begin(report);
    testhost_process(t, 7, "cmdline", "java");
    testhost_earlier(t, "before", "/etc/other", "x", 0);
    testhost_file(t, "/etc/secret", "x");
    testhost_error(t, "/etc/secret", EACCES);
    assert_int_equal(testhost_verify(t), TFHOOK_OK);
    assert_int_equal(testhost_findings(t), 1);
    assert_int_equal(testhost_find(t, "c.id", NULL)->verdict, TFHOOK_WARN);
    assert_null(testhost_find(t, "c.id", "another"));
    assert_null(testhost_finding(t, 1));
    assert_int_equal(testhost_next_steps(t).count, 1);
    assert_string_equal(testhost_log(t).names[0], "seen 1");
    assert_string_equal(testhost_published(t, "/m"), "metric");
    assert_string_equal(testhost_message(t), "well");
    testhost_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_the_real_host),
        cmocka_unit_test(both_hosts_answer_alike),
        cmocka_unit_test(keys_have_their_types_and_defaults),
        cmocka_unit_test(keys_that_tfhook_rejects_reject_the_call),
        cmocka_unit_test(misuse_and_nonsense_fail_the_call),
        cmocka_unit_test(what_is_staged_can_be_asked_and_committed),
        cmocka_unit_test(probes_have_canned_answers),
        cmocka_unit_test(reports_can_be_asked),
    };
    return cmocka_run_group_tests(tests, make_disk, remove_disk);
}

/* The test host answers as core's host does: the same actions are played through both. */
#include "unit.h"

#include "host_context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tfhook/testhost.h>
#include <unistd.h>

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
    struct change_set changes = {.mem = &mem};
    struct settings settings = {0};
    struct step step = {.name = "test", .plugin = "player"};
    struct run_environment environment = {.root = {.dir = disk},
                                          .state_dir = mem_printf(&mem, "%s/var/lib/tfhook", disk),
                                          .hostname = "app1.example.com",
                                          .short_name = "app1",
                                          .now = 1700000000};
    struct host_context context = {.mem = &mem,
                                   .environment = &environment,
                                   .step = &step,
                                   .settings = &settings,
                                   .changes = &changes,
                                   .may_stage = plan,
                                   .may_publish = !plan,
                                   .fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    struct tfhook_host table;
    assert_true(context.fd >= 0);
    host_table(&context, &table);
    (void)play(&table);
    say("misuse: %s\n", context.misuse == NULL ? "none" : context.misuse);
    (void)close(context.fd);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_the_real_host),
        cmocka_unit_test(both_hosts_answer_alike),
    };
    return cmocka_run_group_tests(tests, make_disk, remove_disk);
}

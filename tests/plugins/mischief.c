/*
 * A plugin that behaves as no plugin may. The key `do` says CALL:WORD, one misdeed for one call;
 * in the other calls, and when the core has let it pass, it stages `file` and is done.
 */
#include <tfhook/plugin.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const struct tfhook_host *host, const char *what, long rc)
{
    host->log(host, TFHOOK_WARNING, "%s: %s", what, rc < 0 ? strerror(errno) : "done");
}

static int crash(const struct tfhook_host *host)
{
    (void)host;
    (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would exit instead */
    return raise(SIGSEGV);
}

static int die_of_abort(const struct tfhook_host *host)
{
    (void)host;
    (void)signal(SIGABRT, SIG_DFL);
    abort();
}

static int hang(const struct tfhook_host *host)
{
    (void)host;
    while (pause() < 0)
        ;
    return TFHOOK_OK;
}

/* Deaf to everything that can be ignored. */
static int hang_deaf(const struct tfhook_host *host)
{
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN);
    return hang(host);
}

/* In the process group of tfhook itself. */
static int hang_elsewhere(const struct tfhook_host *host)
{
    (void)setpgid(0, getpgid(getppid()));
    (void)prctl(PR_SET_NAME, "mischief-child");
    return hang(host);
}

/* A copy of it goes on, and sends its end. */
static int hang_at_end(const struct tfhook_host *host)
{
    return fork() == 0 ? TFHOOK_OK : hang(host);
}

/* What a command needs of its parent. */
static int unsettle(const struct tfhook_host *host)
{
    static const char *const argv[] = {"/bin/sh", "-c", "echo hello; exit 3", NULL};
    struct tfhook_output out = {.struct_size = sizeof out};
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    (void)signal(SIGCHLD, SIG_IGN);
    int rc = host->probe(host, argv, 5, 100, &out);
    host->log(host, TFHOOK_WARNING, "probe %d: status %d: %.*s", rc, out.exit_status,
              (int)out.out.size, (const char *)out.out.data);
    return TFHOOK_OK;
}

static int leave(const struct tfhook_host *host)
{
    (void)host;
    exit(0);
}

static int close_all(const struct tfhook_host *host)
{
    (void)host;
    for (int fd = 0; fd < 1024; fd++)
        (void)close(fd);
    return TFHOOK_OK;
}

/* A child, and one of its own. Their name tells them apart. */
static int fork_off(const struct tfhook_host *host)
{
    if (fork() == 0) {
        (void)prctl(PR_SET_NAME, "mischief-child");
        (void)fork();
        (void)hang(host);
    }
    return TFHOOK_OK;
}

static int flood_log(const struct tfhook_host *host)
{
    for (unsigned long i = 0; i < ULONG_MAX; i++)
        host->log(host, TFHOOK_WARNING, "flood %lu", i);
    return TFHOOK_OK;
}

static int flood_findings(const struct tfhook_host *host)
{
    static char text[4 << 20];
    memset(text, 'x', sizeof text - 1);
    for (unsigned long i = 0; i < ULONG_MAX; i++)
        host->finding(host, "flood", "flood.flood", "x", TFHOOK_PASS, text, NULL);
    return TFHOOK_OK;
}

static int flood_output(const struct tfhook_host *host)
{
    (void)host;
    while (puts("flood") >= 0)
        ;
    return TFHOOK_OK;
}

static int garble(const struct tfhook_host *host)
{
    static const char noise[] = "no record at all, but long enough to look like one";
    (void)host;
    for (int fd = 3; fd < 64; fd++)
        if (write(fd, noise, sizeof noise) < 0)
            continue;
    return TFHOOK_OK;
}

static int unknown_result(const struct tfhook_host *host)
{
    (void)host;
    return 42;
}

/* Everything that changes a file, beside the host. */
static int write_itself(const struct tfhook_host *host)
{
    const char *file = host->value(host, "file");
    char other[PATH_MAX];
    (void)snprintf(other, sizeof other, "%s.other", file);
    say(host, "open to write", open(file, O_WRONLY));
    say(host, "create", open(other, O_WRONLY | O_CREAT, 0644));
    say(host, "truncate", truncate(file, 0));
    say(host, "unlink", unlink(file));
    say(host, "rename", rename(file, other));
    say(host, "link", link(file, other));
    say(host, "symlink", symlink(file, other));
    say(host, "mkdir", mkdir(other, 0755));
    say(host, "open /dev/null", open("/dev/null", O_WRONLY | O_TRUNC));
    return TFHOOK_OK;
}

/* A file without a path. */
static int inflate(const struct tfhook_host *host)
{
    int fd = memfd_create("x", 0);
    say(host, "grow", fd < 0 ? -1 : ftruncate(fd, 1));
    return TFHOOK_OK;
}

static int surround(const struct tfhook_host *host)
{
    (void)host;
    (void)umask(0777);
    (void)setlocale(LC_ALL, "");
    (void)setenv("PATH", "/nowhere", 1);
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN);
    return chdir("/proc") < 0 ? TFHOOK_FAILED : TFHOOK_OK;
}

static int lie_about_sizes(const struct tfhook_host *host)
{
    struct tfhook_stat stat = {.struct_size = SIZE_MAX};
    struct tfhook_data data;
    (void)host->process(host, 1, "environ", SIZE_MAX, &data); /* as much as there is: no lie */
    (void)host->stat(host, "/", &stat);
    return TFHOOK_OK;
}

static int stage_twice(const struct tfhook_host *host)
{
    struct tfhook_data data;
    const char *file = host->value(host, "file");
    (void)host->read(host, file, 0, &data);
    (void)host->write(host, file, "a", 1, -1, 0);
    (void)host->directory(host, file, -1);
    (void)host->edit(host, file, "a", "b", NULL);
    (void)host->remove(host, file);
    (void)host->write(host, file, "c", 1, -1, 0);
    return TFHOOK_OK;
}

static int stage_unread(const struct tfhook_host *host)
{
    (void)host->write(host, host->value(host, "file"), "x", 1, -1, 0);
    return TFHOOK_OK;
}

static int devour(const struct tfhook_host *host)
{
    enum { PIECE = 64 << 20 };
    size_t pieces = 0;
    for (volatile char *piece = NULL; (piece = malloc(PIECE)) != NULL; pieces++)
        *piece = 1;
    return host->fail(host, "memory is out after %zu MiB", pieces * 64);
}

/* What root may do and a look does not need. None of it would change anything. */
static int meddle(const struct tfhook_host *host)
{
    char name[HOST_NAME_MAX + 1] = "";
    (void)gethostname(name, sizeof name - 1);
    say(host, "set the host's name", sethostname(name, strlen(name)));
    say(host, "chroot", chroot("/"));
    say(host, "open the terminal", open("/dev/tty", O_RDONLY | O_NOCTTY));
    return TFHOOK_OK;
}

static int load_another(const struct tfhook_host *host)
{
    say(host, "dlopen", dlopen("libssl.so.3", RTLD_NOW) == NULL ? -1 : 0);
    return TFHOOK_OK;
}

static const struct {
    const char *name;
    int (*act)(const struct tfhook_host *host);
} deeds[] = {
    {"crash", crash},
    {"abort", die_of_abort},
    {"hang", hang},
    {"hang-deaf", hang_deaf},
    {"hang-elsewhere", hang_elsewhere},
    {"hang-at-end", hang_at_end},
    {"unsettle", unsettle},
    {"exit", leave},
    {"close-all", close_all},
    {"fork", fork_off},
    {"flood-log", flood_log},
    {"flood-findings", flood_findings},
    {"flood-output", flood_output},
    {"garble", garble},
    {"unknown-result", unknown_result},
    {"write-itself", write_itself},
    {"inflate", inflate},
    {"surround", surround},
    {"lie-about-sizes", lie_about_sizes},
    {"stage-twice", stage_twice},
    {"stage-unread", stage_unread},
    {"devour", devour},
    {"load-another", load_another},
    {"meddle", meddle},
};

static int act(const struct tfhook_host *host, const char *call)
{
    const char *what = host->value(host, "do");
    size_t length = strlen(call);
    if (what == NULL || strncmp(what, call, length) != 0 || what[length] != ':')
        return TFHOOK_OK;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(deeds[i].name, what + length + 1) == 0)
            return deeds[i].act(host);
    return host->fail(host, "no such misdeed: %s", what);
}

static int check(const struct tfhook_host *host)
{
    return act(host, "check");
}

static int plan(const struct tfhook_host *host)
{
    struct tfhook_data data;
    const char *file = host->value(host, "file");
    int result = act(host, "plan");
    if (result == TFHOOK_OK && host->read(host, file, 0, &data) == 0)
        (void)host->write(host, file, "new\n", 4, -1, 0);
    return result;
}

static int verify(const struct tfhook_host *host)
{
    return act(host, "verify");
}

static const struct tfhook_key keys[] = {
    {"do", TFHOOK_STRING, 0, NULL, NULL, 0, 0, "CALL:WORD"},
    {"file", TFHOOK_PATH, 1, NULL, NULL, 0, 0, "the file that it stages"},
};

TFHOOK_EXPORT const struct tfhook_plugin tfhook_plugin_v1 = {
    .size = sizeof(struct tfhook_plugin),
    .name = "mischief",
    .keys = keys,
    .key_count = sizeof keys / sizeof *keys,
    .key_size = sizeof(struct tfhook_key),
    .check = check,
    .plan = plan,
    .verify = verify,
};

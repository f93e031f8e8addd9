#include "confine.h"

#include "fds.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernel headers before 5.13 (RHEL 8, Debian 11) have none; such a system has no Landlock either.
 */
#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#define HAVE_LANDLOCK 1
#endif
#endif

static bool set_streams(int printed)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return null >= 0 && dup2(null, 0) >= 0 && dup2(printed, 1) >= 0 && dup2(printed, 2) >= 0;
}

static void reset_signals(void)
{
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            (void)signal(number, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void limit(int what, rlim_t soft, rlim_t hard)
{
    const struct rlimit limits = {soft, hard};
    (void)setrlimit(what, &limits);
}

static void set_limits(long seconds)
{
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_CPU, (rlim_t)seconds + 1, (rlim_t)seconds + 2);
    limit(RLIMIT_FSIZE, 0, 0);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any memory */
    const rlim_t memory = (rlim_t)2 << 30;
    limit(RLIMIT_DATA, memory, memory);
#endif
}

#ifdef HAVE_LANDLOCK
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* The interfaces of the kernels that have Landlock: each knows the rights of those before it. */
static uint64_t rights_to_change(long version)
{
    uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                      LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

/* Programs that are probed open these to write, and nothing is changed by that. */
static void allow_devices(int ruleset, uint64_t rights)
{
    static const char *const devices[] = {"/dev/null", "/dev/tty"};
    const uint64_t of_files = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        struct landlock_path_beneath_attr rule = {
            .allowed_access = rights & of_files,
            .parent_fd = open(devices[i], O_PATH | O_CLOEXEC),
        };
        if (rule.parent_fd < 0)
            continue;
        (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        (void)close(rule.parent_fd);
    }
}

static bool deny_changes(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return false;
    const struct landlock_ruleset_attr what = {.handled_access_fs = rights_to_change(version)};
    long ruleset = syscall(SYS_landlock_create_ruleset, &what, sizeof what.handled_access_fs, 0);
    if (ruleset < 0)
        return false;
    allow_devices((int)ruleset, what.handled_access_fs);
    bool denied = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    (void)close((int)ruleset);
    return denied;
}
#else
static bool deny_changes(void)
{
    return false;
}
#endif

bool confine(long seconds, int records, int printed, bool *ret_writes)
{
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!set_streams(printed))
        return false;
    fds_close_all_but(&records, 1);
    reset_signals();
    (void)umask(022);
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    *ret_writes = !deny_changes();
    set_limits(seconds);
    return true;
}

#include "sandbox.h"

#include "descriptors.h"
#include "invoker_environment.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };
#define COMMAND_FILE_SIZE ((rlim_t)64 << 20) /* logs, no more */
#define MEMORY_SIZE ((rlim_t)2 << 30)

/* What was root's before it was given up first. */
static struct {
    bool dropped;
    struct __user_cap_data_struct capabilities[_LINUX_CAPABILITY_U32S_3];
    gid_t group;
    int group_count;
    gid_t groups[NGROUPS_MAX];
} root;

static bool set_streams(const int streams[3])
{
    for (int i = 0; i < 3; i++) {
        int fd = streams[i] >= 0 ? streams[i] : open("/dev/null", O_RDONLY | O_CLOEXEC);
        /* It may be there already, where a plugin has closed its own; then it is kept for exec. */
        if (fd < 0 || (fd == i ? fcntl(fd, F_SETFD, 0) : dup2(fd, i)) < 0)
            return false;
    }
    return true;
}

/* The caller's terminal is for the caller: who reads it from a group in the background is stopped,
 * and what is typed into it (TIOCSTI) is the shell's to run. */
static void leave_terminal(void)
{
    int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal < 0)
        return;
    (void)ioctl(terminal, TIOCNOTTY);
    (void)close(terminal);
}

static void set_limit(__rlimit_resource_t which, rlim_t soft, rlim_t hard)
{
    const struct rlimit limit = {soft, hard};
    (void)setrlimit(which, &limit);
}

/* The kernel clears both with each change of the effective user. */
static void end_with_parent_and_leave_no_core(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

bool sandbox_enter(pid_t parent, long seconds, const int streams[3])
{
    (void)setpgid(0, 0);
    leave_terminal();
    end_with_parent_and_leave_no_core();
    if (getppid() != parent || !set_streams(streams))
        return false;
    descriptors_close_inherited();
    invoker_reset_signals(); /* the umask is 022: invoker_environment.h */
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    set_limit(RLIMIT_CORE, 0, 0);
    set_limit(RLIMIT_CPU, (rlim_t)seconds + 1, (rlim_t)seconds + 2);
    set_limit(RLIMIT_FSIZE, 0, COMMAND_FILE_SIZE);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any memory */
    set_limit(RLIMIT_DATA, MEMORY_SIZE, MEMORY_SIZE);
#endif
    return true;
}

/* By system calls: of the C library's, each would change all threads, and libcap would be a library
 * for two of them. */
static bool set_ids(uid_t user, gid_t group, int count, const gid_t *groups)
{
    return syscall(SYS_setgroups, count, groups) == 0 &&
           syscall(SYS_setresgid, -1, group, -1) == 0 && syscall(SYS_setresuid, -1, user, -1) == 0;
}

/* capget(2) or capset(2). */
static bool call_capabilities(long call, struct __user_cap_data_struct *data)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(call, &header, data) == 0;
}

static void restore_ids(void)
{
    (void)call_capabilities(SYS_capset, root.capabilities); /* the right to do the rest */
    (void)set_ids(0, root.group, root.group_count, root.groups);
    (void)call_capabilities(SYS_capset, root.capabilities);
    end_with_parent_and_leave_no_core();
}

const char *sandbox_drop_root(void)
{
    const uint32_t looking = 1U << CAP_DAC_READ_SEARCH | 1U << CAP_SYS_PTRACE;
    if (getuid() != 0 || (geteuid() != 0 && !root.dropped))
        return "not root";
    if (!root.dropped) {
        root.group = getegid();
        root.group_count = getgroups(NGROUPS_MAX, root.groups);
        if (root.group_count < 0 || !call_capabilities(SYS_capget, root.capabilities))
            return "its groups or capabilities cannot be read";
    }
    /* What is permitted stays. */
    struct __user_cap_data_struct few[] = {root.capabilities[0], root.capabilities[1]};
    few[0].effective = looking;
    few[1].effective = 0;
    bool ids = set_ids(NOBODY, NOBODY, 0, NULL);
    root.dropped =
        ids && (few[0].permitted & looking) == looking && call_capabilities(SYS_capset, few);
    if (root.dropped) {
        end_with_parent_and_leave_no_core();
        return NULL;
    }
    restore_ids();
    return ids ? "root without CAP_DAC_READ_SEARCH or CAP_SYS_PTRACE, as in a container"
               : "this root cannot become another user";
}

bool sandbox_act_as_root(void)
{
    if (root.dropped)
        restore_ids();
    return root.dropped;
}

bool sandbox_enter_command(pid_t parent, const int streams[3])
{
    if (root.dropped)
        restore_ids();
    else
        end_with_parent_and_leave_no_core();
    set_limit(RLIMIT_FSIZE, COMMAND_FILE_SIZE, COMMAND_FILE_SIZE);
    if (getppid() != parent || !set_streams(streams))
        return false;
    descriptors_close_all_but(NULL, 0);
    invoker_reset_signals();
    return true;
}

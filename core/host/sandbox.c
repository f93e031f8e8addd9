#include "sandbox.h"

#include "descriptors.h"
#include "invoker_environment.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool set_streams(const int streams[3])
{
    int in = streams[0] >= 0 ? streams[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
    return in >= 0 && dup2(in, 0) >= 0 && dup2(streams[1], 1) >= 0 && dup2(streams[2], 2) >= 0;
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

static void set_limits(long seconds)
{
    const struct rlimit none = {0, 0};
    const struct rlimit file = {(rlim_t)64 << 20, (rlim_t)64 << 20}; /* logs of probes, no more */
    const struct rlimit cpu = {(rlim_t)seconds + 1, (rlim_t)seconds + 2};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)setrlimit(RLIMIT_FSIZE, &file);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any memory */
    const struct rlimit memory = {(rlim_t)2 << 30, (rlim_t)2 << 30};
    (void)setrlimit(RLIMIT_DATA, &memory);
#endif
}

void sandbox_drop_capabilities(void)
{
    const uint32_t kept = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) < 0)
        return;
    const struct __user_cap_data_struct wanted[_LINUX_CAPABILITY_U32S_3] = {
        {.effective = data[0].effective & kept, .permitted = data[0].permitted & kept}};
    (void)syscall(SYS_capset, &header, wanted);
}

bool sandbox_enter(const struct sandbox *how)
{
    (void)setpgid(0, how->group);
    leave_terminal();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!set_streams(how->streams))
        return false;
    descriptors_close_all_but(how->kept, how->kept_count);
    invoker_reset_signals(); /* none is blocked, and the umask is 022: invoker_environment.h */
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    set_limits(how->seconds);
    return true;
}

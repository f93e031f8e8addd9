#include "confine.h"

#include "fds.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool confine(long seconds, int records, int plugins, int printed)
{
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!set_streams(printed))
        return false;
    const int kept[] = {records, plugins};
    fds_close_all_but(kept, sizeof kept / sizeof *kept);
    reset_signals();
    (void)umask(022);
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    set_limits(seconds);
    return true;
}

#include "confine.h"

#include "caller.h"
#include "fds.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool set_streams(const int streams[3])
{
    int in = streams[0] >= 0 ? streams[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
    return in >= 0 && dup2(in, 0) >= 0 && dup2(streams[1], 1) >= 0 && dup2(streams[2], 2) >= 0;
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

bool confine(const struct confinement *how)
{
    (void)setpgid(0, how->group);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!set_streams(how->streams))
        return false;
    fds_close_all_but(how->kept, how->kept_count);
    caller_reset_signals(); /* none is blocked, and the umask is 022: caller.h */
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    set_limits(how->seconds);
    return true;
}

#include "confine.h"

#include "fds.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static bool set_streams(const int streams[3])
{
    int in = streams[0] >= 0 ? streams[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
    return in >= 0 && dup2(in, 0) >= 0 && dup2(streams[1], 1) >= 0 && dup2(streams[2], 2) >= 0;
}

enum { STANDARD_SIGNALS = 31 };

/* Nobody hands real-time signals on ignored, and tfhook handles none. It blocks none at all, and
 * its umask is 022 (caller.h). */
static void reset_signals(void)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    for (int number = 1; number <= STANDARD_SIGNALS; number++)
        (void)sigaction(number, &by_default, NULL); /* fails for KILL and STOP */
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
    reset_signals();
    if (chdir("/") < 0)
        return false;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    set_limits(how->seconds);
    return true;
}

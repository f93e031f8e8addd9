#include "invoker_environment.h"

#include "text.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGXFSZ};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct {
    struct names environment;
    mode_t umask;
    struct rlimit core;
    struct sigaction actions[SIGNALS];
    sigset_t mask;
} invoker;

/* Libraries look for variables of their own (OPENSSL_CONF, GCONV_PATH): they shall find none. Two
 * mean something to tfhook itself. */
static void clean_environment(struct mem *mem)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const char *no_color = getenv("NO_COLOR");
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        names_add(mem, &invoker.environment, mem_str(mem, *entry));
    (void)clearenv();
    (void)setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    (void)setenv("LANG", "C", 1);
    if (epoch != NULL && *epoch != '\0')
        (void)setenv("SOURCE_DATE_EPOCH", epoch, 1);
    if (no_color != NULL && *no_color != '\0')
        (void)setenv("NO_COLOR", no_color, 1);
}

void invoker_save(struct mem *mem)
{
    clean_environment(mem);
    invoker.umask = umask(022);
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], NULL, &invoker.actions[i]);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a write above the limit fails with EFBIG */
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, &invoker.mask);
    /* No core dumps: there may be keys in memory. The hard limit is the caller's to keep. */
    (void)getrlimit(RLIMIT_CORE, &invoker.core);
    const struct rlimit no_core = {0, invoker.core.rlim_max};
    (void)setrlimit(RLIMIT_CORE, &no_core);
}

void invoker_restore(void)
{
    (void)umask(invoker.umask);
    (void)setrlimit(RLIMIT_CORE, &invoker.core);
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &invoker.actions[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &invoker.mask, NULL);
}

void invoker_reset_signals(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

char *const *invoker_environment(void)
{
    static char *const none[] = {NULL};
    return invoker.environment.count == 0 ? none
                                          : (char *const *)(uintptr_t)invoker.environment.names;
}

bool invoker_ignores(int signal_number)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (signals[i] == signal_number)
            return invoker.actions[i].sa_handler == SIG_IGN;
    return false;
}

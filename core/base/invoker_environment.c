#include "invoker_environment.h"

#include "text.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGXFSZ};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct {
    struct names environment;
    mode_t umask;
    struct rlimit core;
    struct sigaction actions[SIGNALS];
    sigset_t mask;
} invoker;

/* The two variables that mean something to tfhook itself. */
static bool is_ours(const char *entry)
{
    static const char *const ours[] = {"SOURCE_DATE_EPOCH=", "NO_COLOR="};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strncmp(entry, ours[i], strlen(ours[i])) == 0 && entry[strlen(ours[i])] != '\0')
            return true;
    return false;
}

/* Libraries look for variables of their own (OPENSSL_CONF, GCONV_PATH): they shall find none. */
static void clean_environment(struct mem *mem)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        names_add(mem, &invoker.environment, mem_str(mem, *entry));
    (void)clearenv();
    (void)setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    (void)setenv("LANG", "C", 1);
    for (size_t i = 0; i < invoker.environment.count; i++)
        if (is_ours(invoker.environment.names[i]))
            (void)putenv(mem_str(mem, invoker.environment.names[i]));
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
    if (getrlimit(RLIMIT_CORE, &invoker.core) == 0) {
        const struct rlimit no_core = {0, invoker.core.rlim_max};
        (void)setrlimit(RLIMIT_CORE, &no_core);
    }
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
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
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

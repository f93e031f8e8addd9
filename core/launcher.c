/*
 * What an administrator starts as tfhook: it starts the program itself, core/main.c, without the
 * variables that lead the dynamic loader (LD_PRELOAD, LD_LIBRARY_PATH, LD_AUDIT).
 *
 * The loader reads them before any main(), and a constructor of a library that they name has run by
 * then. So this process has no loader: it is linked statically, wherever the C library can be. For
 * the same reason it does no more than this.
 */
#include "ld_env.h"
#include "status.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static _Noreturn void give_up(const char *path)
{
    const char *advice = errno == ENOENT  ? "; install tfhook again (cmake --install)"
                         : errno == E2BIG ? "; the environment is too large"
                                          : "";
    (void)dprintf(STDERR_FILENO, "tfhook: %s cannot be started: %s%s\n", path, strerror(errno),
                  advice);
    _exit(STATUS_INTERNAL);
}

/* The caller's value comes along under another name, for phase commands; nobody else gives it. */
static char **clean_environment(void)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **clean = malloc((count + 1) * sizeof *clean);
    for (size_t i = 0; clean != NULL && i < count; i++) {
        char *entry = environ[i];
        if (ld_is_hidden(entry))
            continue;
        if (ld_leads(entry) && asprintf(&entry, LD_HIDDEN "%s", entry) < 0)
            return NULL;
        clean[kept++] = entry;
    }
    if (clean != NULL)
        clean[kept] = NULL;
    return clean;
}

/* The program's place as seen from this file's, so that an installation can be moved; 0 or -1. */
static int find_beside(char *ret_path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", ret_path, size);
    if (length < 0 || (size_t)length >= size)
        return -1;
    ret_path[length] = '\0';
    char *name = strrchr(ret_path, '/');
    if (name == NULL)
        return -1;
    size_t room = size - (size_t)(name + 1 - ret_path);
    int wanted = snprintf(name + 1, room, "%s", PROGRAM_FROM_HERE);
    return wanted > 0 && (size_t)wanted < room ? 0 : -1;
}

int main(int argc, char **argv)
{
    (void)argc;
    char path[PATH_MAX];
    char **clean = clean_environment();
    if (clean == NULL)
        give_up(PROGRAM);
    if (find_beside(path, sizeof path) == 0) {
        (void)execve(path, argv, clean);
        if (errno != ENOENT)
            give_up(path);
    }
    /* No /proc, or this file was moved alone. */
    (void)execve(PROGRAM, argv, clean);
    give_up(PROGRAM);
}

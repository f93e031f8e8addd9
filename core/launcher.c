/*
 * What an administrator starts as tfhook: it starts the program itself, core/main.c, without the
 * variables that lead the dynamic loader (LD_PRELOAD, LD_LIBRARY_PATH, LD_AUDIT, GLIBC_TUNABLES).
 *
 * The loader, and a C library before main(), read them, and a constructor of a library that they
 * name has run by then. So this process has neither: it is its own entry, and asks the kernel
 * alone. For the same reason it does no more than this. On a machine whose entry is not written
 * here (LAUNCHER_HOSTED) it is an ordinary program, and what LD_PRELOAD names runs in it, once.
 */
#include "exit_status.h"
#include "ld_env.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- the kernel: arguments and what it returns are register-wide; an error is -errno --- */

#if defined LAUNCHER_HOSTED

static long ask(long call, long a, long b, long c, long d)
{
    long got = syscall(call, a, b, c, d);
    return got == -1 ? -errno : got;
}

#elif defined __x86_64__

static long ask(long call, long a, long b, long c, long d)
{
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "+a"(call)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return call;
}

/* The kernel enters with argc on top of the stack, then argv, NULL, the environment, NULL. */
__asm__(".text\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call launch_from\n"
        "    hlt\n");

#elif defined __aarch64__

static long ask(long call, long a, long b, long c, long d)
{
    register long number __asm__("x8") = call;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(number), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return first;
}

__asm__(".text\n"
        ".globl _start\n"
        ".type _start, %function\n"
        "_start:\n"
        "    mov x29, xzr\n"
        "    mov x30, xzr\n"
        "    mov x0, sp\n"
        "    bl launch_from\n"
        "    brk 1\n");

#endif

static size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

static void say(const char *text)
{
    (void)ask(SYS_write, STDERR_FILENO, (long)text, (long)length_of(text), 0);
}

static void say_number(long number)
{
    char text[24];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    for (; number > 0 && at > 0; number /= 10)
        text[--at] = (char)('0' + number % 10);
    say(text + at);
}

/* There is no strerror() here. */
static _Noreturn void give_up(const char *path, long error)
{
    say("tfhook: ");
    say(path);
    say(" cannot be started: ");
    if (error == ENOENT) {
        say("it is not there; install tfhook again (cmake --install)");
    } else if (error == ENOEXEC) {
        say("it is no program for this machine; install tfhook again (cmake --install)");
    } else if (error == EACCES) {
        say("permission denied; look at its mode, and whether its file system is mounted noexec");
    } else if (error == E2BIG) {
        say("the environment or the command line is too large");
    } else {
        say("error ");
        say_number(error);
        say(" (errno(3))");
    }
    say("\n");
    for (;;)
        (void)ask(SYS_exit_group, STATUS_INTERNAL, 0, 0, 0);
}

/* The caller's value comes along hidden, for phase commands; nobody else gives it. */
static void clean(char **environment)
{
    char **kept = environment;
    for (char **entry = environment; *entry != NULL; entry++) {
        if (ld_is_hidden(*entry))
            continue;
        if (ld_leads(*entry))
            ld_flip(*entry);
        *kept++ = *entry;
    }
    *kept = NULL;
}

/* The program's place as seen from this file's, so that an installation can be moved; NULL: no
 * /proc, or no room. */
static const char *find_beside(void)
{
    static char path[PATH_MAX];
    static const char wanted[] = PROGRAM_FROM_HERE;
    long length = ask(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof path);
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length <= 0 || (size_t)length + sizeof wanted > sizeof path)
        return NULL;
    for (size_t i = 0; i < sizeof wanted; i++)
        path[(size_t)length + i] = wanted[i];
    return path;
}

static void start(const char *path, char **argv, char **environment)
{
    long error = ask(SYS_execve, (long)path, (long)argv, (long)environment, 0);
    if (error != -ENOENT)
        give_up(path, -error);
}

static _Noreturn void launch(char **argv, char **environment)
{
    clean(environment);
    const char *beside = find_beside();
    if (beside != NULL)
        start(beside, argv, environment);
    start(PROGRAM, argv, environment); /* without /proc, or where this file was moved alone */
    give_up(PROGRAM, ENOENT);
}

#ifdef LAUNCHER_HOSTED

extern char **environ;

int main(int argc, char **argv)
{
    (void)argc;
    launch(argv, environ);
}

#else

/* The entry calls it, which link-time optimization does not see. */
__attribute__((used)) _Noreturn void launch_from(long *stack);

void launch_from(long *stack)
{
    char **argv = (char **)(stack + 1);
    launch(argv, argv + stack[0] + 1);
}

#endif

#include "phase_command.h"

#include "descriptors.h"
#include "interrupt.h"
#include "invoker_environment.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { FINISH_MS = 2000 };

/* Copies a command's output to where it went before and to a log. A process of its own, ours only
 * until the command ends: it goes on until the last writer has closed its end. */
struct output_tee { /* -1: not open */
    int writer;     /* for the command; close it after the fork */
    int copier;     /* a socket: shut down here, it ends there when what was written is passed on */
};

/* Until end of file on `reader`. The end of `asker` means: close it when there is nothing to read.
 */
static _Noreturn void copy_output(int reader, int target, int log, int asker)
{
    char data[16 * 1024];
    struct pollfd fds[] = {{reader, POLLIN, 0}, {asker, POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents != 0) {
            ssize_t got = read(reader, data, sizeof data);
            if (got <= 0) /* a pseudo-terminal without writers says EIO */
                _exit(0);
            /* When the reader has gone, the command must not notice. */
            (void)descriptor_write(target, data, (size_t)got);
            (void)descriptor_write(log, data, (size_t)got);
        } else if (fds[1].revents != 0) {
            descriptor_close(&fds[1].fd);
        }
    }
}

/* Twice forked: init takes it when the command's daemons outlive us. */
static int start_copier(int reader, int target, int log, int asker)
{
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTTOU};
        for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
            (void)signal(ignored[i], SIG_IGN);
        const int keep[] = {reader, target, log, asker};
        descriptors_close_all_but(keep, sizeof keep / sizeof *keep);
        if (fork() != 0)
            _exit(0);
        copy_output(reader, target, log, asker);
    }
    (void)TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
    return 0;
}

/* A terminal whose slave side passes bytes as they are: the real one does the processing. */
static bool open_terminal(int like, int ends[2])
{
    struct termios mode;
    struct winsize size;
    if (tcgetattr(like, &mode) < 0 || ioctl(like, TIOCGWINSZ, &size) < 0)
        return false;
    cfmakeraw(&mode);
    return openpty(&ends[0], &ends[1], NULL, &mode, &size) == 0 &&
           fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

/* `target` is the descriptor to copy to. 0 or a negated errno. */
static int start_tee(struct output_tee *tee, int target, int log)
{
    int ends[2] = {-1, -1};
    int asking[2] = {-1, -1};
    int rc = 0;
    if ((!open_terminal(target, ends) && pipe2(ends, O_CLOEXEC) < 0) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, asking) < 0)
        rc = -errno;
    else
        rc = start_copier(ends[0], target, log, asking[1]);
    *tee = (struct output_tee){.writer = ends[1], .copier = asking[0]};
    descriptor_close(&ends[0]);
    descriptor_close(&asking[1]);
    return rc;
}

/* The command has ended, or was not started: wait until what it wrote has arrived (two seconds at
 * most). */
static void finish_tee(struct output_tee *tee)
{
    struct pollfd fd = {tee->copier, POLLIN, 0};
    descriptor_close(&tee->writer);
    if (shutdown(tee->copier, SHUT_WR) == 0)
        (void)poll(&fd, 1, FINISH_MS);
    descriptor_close(&tee->copier);
}

/* The caller's environment, with the LANG that TeamForge needs. */
static char **with_lang(struct mem *mem, char *const *environment)
{
    struct names all = {0};
    for (char *const *entry = environment; *entry != NULL; entry++)
        if (strncmp(*entry, "LANG=", 5) != 0)
            names_add(mem, &all, *entry);
    names_add(mem, &all, "LANG=en_US.UTF-8");
    return (char **)(uintptr_t)all.names;
}

static _Noreturn void exec_command(const struct phase_command *command, char **environment,
                                   const struct output_tee *out, const struct output_tee *err,
                                   int failure)
{
    invoker_restore();
    if (dup2(out->writer, STDOUT_FILENO) >= 0 && dup2(err->writer, STDERR_FILENO) >= 0)
        (void)execve(command->program, (char *const *)(uintptr_t)command->argv, environment);
    int number = errno;
    ssize_t ignored = write(failure, &number, sizeof number);
    (void)ignored;
    _exit(number == ENOENT ? 127 : 126);
}

/* Start and wait. The pipe tells an exec that failed from a command that ends with 127. */
static int run_and_wait(const struct phase_command *command, char **environment,
                        struct output_tee *out, struct output_tee *err_tee, struct err *err)
{
    int failure[2];
    if (pipe2(failure, O_CLOEXEC) < 0)
        return err_errno(err, STATUS_FAILED, errno, "cannot run %s", command->program);
    pid_t pid = fork();
    if (pid == 0)
        exec_command(command, environment, out, err_tee, failure[1]);
    int number = pid < 0 ? errno : 0;
    interrupt_forward_to = pid;
    (void)close(failure[1]);
    descriptor_close(&out->writer);
    descriptor_close(&err_tee->writer);
    int status = 0;
    ssize_t got = TEMP_FAILURE_RETRY(read(failure[0], &number, sizeof number));
    (void)close(failure[0]);
    if (pid > 0)
        (void)TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
    interrupt_forward_to = 0;
    if (pid < 0 || got > 0)
        (void)err_errno(err, STATUS_COMMAND_FAILED, number, "cannot run %s", command->program);
    return pid < 0 ? -1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int phase_command_run(struct mem *mem, const struct phase_command *command, struct err *err)
{
    struct output_tee out = {-1, -1};
    struct output_tee err_tee = {-1, -1};
    int status = -1;
    (void)fflush(stdout);
    int log = open(command->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log < 0)
        return err_errno(err, STATUS_FAILED, errno, "cannot write the log %s", command->log);
    int target = command->stdout_to_stderr ? STDERR_FILENO : STDOUT_FILENO;
    int rc = start_tee(&out, target, log);
    if (rc == 0)
        rc = start_tee(&err_tee, STDERR_FILENO, log);
    (void)close(log);
    if (rc == 0)
        status = run_and_wait(command, with_lang(mem, invoker_environment()), &out, &err_tee, err);
    else
        (void)err_errno(err, STATUS_FAILED, -rc, "cannot run %s", command->program);
    finish_tee(&out);
    finish_tee(&err_tee);
    return status;
}

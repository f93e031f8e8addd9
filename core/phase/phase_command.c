#include "phase_command.h"

#include "descriptors.h"
#include "interrupt.h"
#include "invoker_environment.h"
#include "output_tee.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The caller's environment, with the LANG that TeamForge needs. */
static char **with_lang(struct mem *mem, char *const *environment)
{
    struct names all = {0};
    for (char *const *entry = environment; entry != NULL && *entry != NULL; entry++)
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
    int number = 0;
    if (pipe2(failure, O_CLOEXEC) < 0)
        return err_errno(err, STATUS_FAILED, errno, "cannot run %s", command->program);
    pid_t pid = fork();
    if (pid == 0)
        exec_command(command, environment, out, err_tee, failure[1]);
    number = pid < 0 ? errno : 0;
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
    int rc = output_tee_start(&out, target, log);
    if (rc == 0)
        rc = output_tee_start(&err_tee, STDERR_FILENO, log);
    (void)close(log);
    if (rc == 0)
        status = run_and_wait(command, with_lang(mem, invoker_environment()), &out, &err_tee, err);
    else
        (void)err_errno(err, STATUS_FAILED, -rc, "cannot run %s", command->program);
    output_tee_finish(&out);
    output_tee_finish(&err_tee);
    return status;
}

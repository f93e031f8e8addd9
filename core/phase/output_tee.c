#include "output_tee.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { FINISH_MS = 2000 };

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

int output_tee_start(struct output_tee *tee, int target, int log)
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

void output_tee_finish(struct output_tee *tee)
{
    struct pollfd fd = {tee->copier, POLLIN, 0};
    descriptor_close(&tee->writer);
    if (shutdown(tee->copier, SHUT_WR) == 0)
        (void)poll(&fd, 1, FINISH_MS);
    descriptor_close(&tee->copier);
}

#include "output_tee.h"

#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { FINISH_MS = 2000 };

/* Until end of file on `reader`. A closed `done` means: say when there is nothing to read. */
static _Noreturn void copy_output(int reader, int target, int log, int done, int idle)
{
    char data[16 * 1024];
    struct pollfd fds[] = {{reader, POLLIN, 0}, {done, POLLIN, 0}};
    for (;;) {
        int ready = poll(fds, 2, -1);
        if (ready < 0)
            continue;
        if (fds[0].revents != 0) {
            ssize_t got = read(reader, data, sizeof data);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0) /* a pseudo-terminal without writers says EIO */
                _exit(0);
            /* When the reader has gone, the command must not notice. */
            (void)descriptor_write(target, data, (size_t)got);
            (void)descriptor_write(log, data, (size_t)got);
        } else if (fds[1].revents != 0) {
            (void)close(idle);
            fds[1].fd = -1;
        }
    }
}

/* Twice forked: init takes it when the command's daemons outlive us. */
static int start_copier(int reader, int target, int log, int done, int idle)
{
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTTOU};
        for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
            (void)signal(ignored[i], SIG_IGN);
        const int keep[] = {reader, target, log, done, idle};
        descriptors_close_all_but(keep, sizeof keep / sizeof *keep);
        if (fork() != 0)
            _exit(0);
        copy_output(reader, target, log, done, idle);
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return 0;
}

/* A terminal whose slave side passes bytes as they are: the real one does the processing. */
static int open_terminal(int like, int ends[2])
{
    struct termios mode;
    struct winsize size;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        return -errno;
    char name[64];
    int slave = -1;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0)
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        (void)close(master);
        return -ENOTTY;
    }
    if (tcgetattr(slave, &mode) == 0) {
        cfmakeraw(&mode);
        (void)tcsetattr(slave, TCSANOW, &mode);
    }
    if (ioctl(like, TIOCGWINSZ, &size) == 0)
        (void)ioctl(slave, TIOCSWINSZ, &size);
    ends[0] = master;
    ends[1] = slave;
    return 0;
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            (void)close(pair[i]);
}

int output_tee_start(struct output_tee *tee, int target, int log)
{
    int ends[2] = {-1, -1};
    int done[2] = {-1, -1};
    int idle[2] = {-1, -1};
    int rc = 0;
    bool terminal = isatty(target) == 1 && open_terminal(target, ends) == 0;
    if ((!terminal && pipe2(ends, O_CLOEXEC) < 0) || pipe2(done, O_CLOEXEC) < 0 ||
        pipe2(idle, O_CLOEXEC) < 0) {
        rc = -errno;
    } else {
        rc = start_copier(ends[0], target, log, done[0], idle[1]);
    }
    if (rc < 0) {
        close_pair(ends);
        close_pair(done);
        close_pair(idle);
        return rc;
    }
    (void)close(ends[0]);
    (void)close(done[0]);
    (void)close(idle[1]);
    *tee = (struct output_tee){.writer = ends[1], .done = done[1], .idle = idle[0]};
    return 0;
}

void output_tee_finish(struct output_tee *tee)
{
    struct pollfd fd = {tee->idle, POLLIN, 0};
    (void)close(tee->done);
    (void)poll(&fd, 1, FINISH_MS);
    (void)close(tee->idle);
}

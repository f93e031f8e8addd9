#include "recovery.h"

#include "file.h"
#include "interrupt.h"
#include "secure_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* mkdir -p; what is new is 0700 at its end and 0755 above. */
static int make_state_dir(struct mem *mem, const char *dir, struct err *err)
{
    int rc = 0;
    for (const char *slash = strchr(dir + 1, '/'); rc == 0 && slash != NULL;
         slash = strchr(slash + 1, '/'))
        rc = file_make_directory(mem_strn(mem, dir, (size_t)(slash - dir)), 0755);
    if (rc == 0)
        rc = file_make_directory(dir, 0700);
    if (rc < 0)
        return err_errno(err, STATUS_FAILED, -rc, "cannot make the state directory %s", dir);
    /* Somebody else may have made it first. */
    return secure_path_check_directory(
        dir, mem_printf(mem, "the state directory %s is not used", dir), err);
}

static const char *read_holder(struct mem *mem, int fd)
{
    char text[1024];
    ssize_t size = pread(fd, text, sizeof text, 0);
    while (size > 0 && text[size - 1] == '\n')
        size--;
    return size <= 0 ? "a process that has not said who it is"
                     : text_escape(mem, text, (size_t)size);
}

int lock_take(struct mem *mem, const struct log *log, const char *state_dir, const char *command,
              const char *now, long wait, struct err *err)
{
    if (make_state_dir(mem, state_dir, err) < 0)
        return -1;
    const char *path = mem_printf(mem, "%s/lock", state_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(err, STATUS_FAILED, errno, "cannot open the lock %s", path);
    for (long tenths = wait * 10; flock(fd, LOCK_EX | LOCK_NB) < 0; tenths--) {
        int number = errno;
        if (number == EINTR && !interrupt_pending) {
            tenths++;
            continue;
        }
        if (number != EWOULDBLOCK && number != EINTR)
            (void)err_errno(err, STATUS_FAILED, number, "cannot lock %s", path);
        else if (interrupt_pending)
            (void)err_set(err, STATUS_FAILED,
                          "interrupted while it waited for the lock %s; nothing was changed", path);
        else if (tenths <= 0)
            (void)err_set(err, STATUS_LOCKED,
                          "another run holds the lock %s: %s; wait for it, or use --wait SECONDS",
                          path, read_holder(mem, fd));
        if (err->text != NULL) {
            (void)close(fd);
            return -1;
        }
        if (tenths == wait * 10)
            log_info(log, "waiting for the lock: %s", read_holder(mem, fd));
        const struct timespec tenth = {0, 100000000};
        (void)nanosleep(&tenth, NULL);
    }
    /* What is written is for people only, so a full disk is no reason to fail: a recover must not
     * need space. */
    const char *holder =
        mem_printf(mem, "pid %ld, tfhook %s, since %s\n", (long)getpid(), command, now);
    if (ftruncate(fd, 0) < 0 || pwrite(fd, holder, strlen(holder), 0) < 0)
        log_warn(log, "cannot write into %s who holds the lock: %s", path, strerror(errno));
    return fd;
}

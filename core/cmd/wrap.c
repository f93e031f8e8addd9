/* The command `wrap`: one phase command, with the steps hooked around its phase. */
#include "commands.h"
#include "invoker_environment.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* As the caller's shell would find it; before anything is touched. */
static int find_program(struct session *session, const char *name, const char **ret,
                        struct err *err)
{
    const char *found = name;
    const char *path = "/usr/sbin:/usr/bin:/sbin:/bin";
    for (char *const *entry = invoker_environment(); *entry != NULL; entry++)
        if (strncmp(*entry, "PATH=", 5) == 0)
            path = *entry + 5;
    bool searched = strchr(name, '/') == NULL;
    while (searched && *path != '\0') {
        size_t length = strcspn(path, ":");
        found = mem_printf(session->mem, "%.*s/%s", (int)length, path, name);
        if (access(found, X_OK) == 0)
            break;
        path += length + (path[length] == ':');
    }
    if (access(found, X_OK) == 0) {
        *ret = found;
        return 0;
    }
    session->report.command_ran = true;
    session->report.command_status = errno == ENOENT ? 127 : 126;
    session->report.result = "command-failed";
    return err_errno(err, STATUS_COMMAND_FAILED, errno, "cannot run %s; nothing was changed", name);
}

int command_wrap(struct session *session, struct err *err)
{
    const char *program = NULL;
    struct change_set rehearsal = {.mem = session->mem};
    const struct phase_run phase = {.name = session->cli.name,
                                    .commands = &session->cli.words,
                                    .programs = &program,
                                    .command_count = 1};
    if (find_program(session, session->cli.words.names[0], &program, err) < 0 ||
        lock_and_recover(session, err) < 0 ||
        phases_rehearse(session, &phase, 1, &rehearsal, err) < 0)
        return -1;
    if (!session->log.quiet)
        report_show_changes(session, &rehearsal);
    return phases_run(session, &phase, 1, NULL, err);
}

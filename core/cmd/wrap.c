/* The command `wrap`: one phase command, with the steps hooked around its phase. */
#include "commands.h"
#include "interrupt.h"
#include "invoker_environment.h"
#include "lock_and_recover.h"
#include "phase_hooks.h"
#include "report_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As the caller's shell would find it; before anything is touched. */
static int find_program(struct session *session, struct report *report, const char *name,
                        const char **ret, struct err *err)
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
    report->command_ran = true;
    report->command_status = errno == ENOENT ? 127 : 126;
    report->result = "command-failed";
    return err_errno(err, STATUS_COMMAND_FAILED, errno, "cannot run %s; nothing was changed", name);
}

static int wrap_phase(struct pipeline *pipeline, const char *program, struct names *committed,
                      struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const char *phase = session->cli.name;
    if (hook_run(pipeline, hook_name(session, "pre", phase), committed, err) < 0)
        return -1;
    if (interrupt_pending)
        return err_set(err, STATUS_FAILED, "interrupted");
    if (hook_run_phase_command(session, report, phase, program, &session->cli.words, err) < 0)
        return -1;
    return hook_run(pipeline, hook_name(session, "post", phase), committed, err);
}

int command_wrap(struct pipeline *pipeline, struct err *err)
{
    struct session *session = pipeline->session;
    struct report *report = pipeline->report;
    const char *program = NULL;
    struct names committed = {0};
    struct change_set rehearsal = {.mem = session->mem};
    if (find_program(session, report, session->cli.words.names[0], &program, err) < 0 ||
        lock_and_recover(session, report, err) < 0 ||
        hook_rehearse(pipeline, hook_name(session, "pre", session->cli.name), &rehearsal, err) <
            0 ||
        hook_rehearse(pipeline, hook_name(session, "post", session->cli.name), &rehearsal, err) < 0)
        return -1;
    if (!session->log.json && !session->log.quiet)
        report_show_changes(session, &rehearsal, stdout);
    hook_begin_report(pipeline);
    int rc = wrap_phase(pipeline, program, &committed, err);
    if (rc < 0)
        hook_after_failure(pipeline, &committed, err);
    if (!session->log.json)
        report_show_next_steps(report, stdout);
    return rc;
}

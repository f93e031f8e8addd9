/* The calls of a pipeline's steps: check, plan, verify. */
#include "pipeline.h"

#include "file.h"
#include "interrupt.h"
#include "plugin_call.h"
#include "target_directory.h"

#include <string.h>

static void report_step(struct session *session, const struct runner *runner, const char *hook,
                        enum step_status status, const char *message)
{
    const struct step *step = runner->step;
    if (hook == NULL && step->hooks.count > 0)
        hook = step->hooks.names[0];
    /* A step that is planned and then verified is reported once, with the later result. */
    for (size_t i = 0; i < session->report.step_count; i++) {
        struct step_report *old = &session->report.steps[i];
        if (strcmp(old->name, step->name) != 0)
            continue;
        if (hook != NULL && strcmp(old->hook, hook) != 0) /* NULL: the step has none */
            continue;
        if (status != STEP_OK || message[0] != '\0') {
            old->status = status;
            old->message = message;
        }
        return;
    }
    *mem_push(session->mem, session->report.steps, session->report.step_count) =
        (struct step_report){.name = step->name,
                             .plugin = runner->plugin.name,
                             .hook = hook,
                             .status = status,
                             .message = message};
}

/* It takes no further part in this run. */
static void leave_out(struct session *session, struct runner *runner)
{
    runner->dropped = true;
    for (size_t i = 0; i < session->report.step_count; i++)
        if (strcmp(session->report.steps[i].name, runner->step->name) == 0)
            session->report.steps[i].left_out = true;
}

/* The next of the selected steps, from *at on; NULL: there is none. One that is for other hosts is
 * passed over, and reported. */
static struct runner *next_runner(struct session *session, const struct selection *selection,
                                  bool verifies, size_t *at)
{
    while (*at < session->runner_count) {
        struct runner *runner = &session->runners[(*at)++];
        const struct names *hosts = &runner->step->only_on;
        if (!pipeline_selects(selection, runner) || (verifies && !runner->plugin.verifies))
            continue;
        if (config_names_host(hosts, session->environment.hostname))
            return runner;
        report_step(session, runner, selection->hook, STEP_SKIPPED,
                    mem_printf(session->mem, "only on %s; this host is %s",
                               names_join(session->mem, hosts, ", "),
                               session->environment.hostname));
    }
    return NULL;
}

static const struct finding *first_failure(const struct call_result *result)
{
    for (size_t i = 0; i < result->findings.count; i++)
        if (result->findings.items[i].verdict == TFHOOK_FAIL)
            return &result->findings.items[i];
    return NULL;
}

/* The OS path of what a step is to write: its own note, or a file of the site. */
static int resolve_target(struct session *session, const struct runner *runner, const char *path,
                          const char **ret, const char **ret_why)
{
    if (strncmp(path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) != 0)
        return target_path_resolve(session->mem, &session->environment.root, path, ret, ret_why);
    int rc = run_environment_resolve(&session->environment, session->mem, runner->step->plugin,
                                     path, ret);
    if (rc == 0)
        return 0;
    *ret_why = mem_str(session->mem, strerror(-rc));
    return -1;
}

/* Adds to a proposal what the parent finds out itself: the child's word is not taken for it. */
static int complete_proposal(struct session *session, const struct runner *runner,
                             const struct change_set *changes, struct change *change,
                             const char **ret_why)
{
    int rc = resolve_target(session, runner, change->path, &change->real, ret_why);
    if (rc < 0)
        return -1;
    if (strncmp(change->path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0)
        change->path = root_inside(&session->environment.root, change->real);
    change->step = runner->step->name;
    const struct change *staged = change_set_find(changes, change->real);
    struct stat st;
    change->existed = staged != NULL ? staged->existed : lstat(change->real, &st) == 0;
    if (change->existed)
        change->old_mode = staged != NULL ? staged->old_mode : (int)(st.st_mode & 07777);
    if (change->action == ACTION_DIRECTORY)
        return 0;
    if (change->existed && (change->old_sha256 == NULL || strlen(change->old_sha256) != 64)) {
        *ret_why = "it appeared while the step ran; run tfhook again";
        return -1;
    }
    if (!change->existed && change->old_sha256 != NULL) {
        *ret_why = "it is gone since the step read it; run tfhook again";
        return -1;
    }
    if (change->action == ACTION_EDIT && staged == NULL) {
        rc = file_read(session->mem, change->real, FILE_LIMIT, &change->content);
        *ret_why = rc < 0 ? mem_str(session->mem, strerror(-rc)) : NULL;
    }
    return rc < 0 ? -1 : 0;
}

static void add_summaries(struct session *session, const struct runner *runner,
                          const struct call_result *result, struct change_set *changes)
{
    const char *path = "", *real = NULL; /* of the line before: thousands may be of one path */
    struct change *change = NULL;
    for (size_t i = 0; i < result->summary_count; i++) {
        const struct summary_line *line = &result->summaries[i];
        if (strcmp(path, line->path) != 0) {
            path = line->path;
            int rc = run_environment_resolve(&session->environment, session->mem,
                                             runner->step->plugin, path, &real);
            change = rc < 0 ? NULL : change_set_find(changes, real);
        }
        if (change != NULL)
            names_add(session->mem, &change->summary, line->text);
    }
}

/* All proposals of a step or none: the change set is copied first. */
static int merge_proposals(struct session *session, const struct runner *runner,
                           const struct call_result *result, struct change_set *changes,
                           const char **ret_why)
{
    struct change_set merged = {.mem = session->mem};
    for (size_t i = 0; i < changes->count; i++)
        *mem_push(session->mem, merged.items, merged.count) = changes->items[i];
    for (size_t i = 0; i < result->proposal_count; i++) {
        struct change change = result->proposals[i];
        const char *why = NULL;
        const char *path = change.path;
        if (complete_proposal(session, runner, &merged, &change, &why) < 0 ||
            change_set_add(&merged, &change, &why) < 0) {
            *ret_why = mem_printf(session->mem, "cannot stage %s: %s",
                                  text_shown(session->mem, path), text_shown(session->mem, why));
            return -1;
        }
    }
    add_summaries(session, runner, result, &merged);
    *changes = merged;
    return 0;
}

static void add_next_steps(struct session *session, const struct call_result *result)
{
    for (size_t i = 0; i < result->next_steps.count; i++)
        if (!names_have(&session->report.next_steps, result->next_steps.names[i]))
            names_add(session->mem, &session->report.next_steps, result->next_steps.names[i]);
}

/* One call, with all that is the same for every caller: what a plan proposes goes into `changes`,
 * and the step into the report. */
static void call_step(struct session *session, const struct runner *runner, enum call which,
                      const char *hook, struct change_set *changes, struct call_result *ret)
{
    const bool has[] = {[CALL_CHECK] = runner->plugin.checks,
                        [CALL_PLAN] = runner->plugin.plans,
                        [CALL_VERIFY] = runner->plugin.verifies};
    const struct plugin_call child = {.call = which,
                                      .environment = &session->environment,
                                      .log = &session->log,
                                      .file = runner->file,
                                      .step = runner->step,
                                      .settings = &runner->settings,
                                      .hook = hook,
                                      .changes = changes,
                                      .lock = session->lock};
    *ret = (struct call_result){.status = STEP_OK, .exit = STATUS_OK, .message = ""};
    if (has[which])
        plugin_call_run(session->mem, &child, ret);
    if (which == CALL_PLAN && ret->status == STEP_OK &&
        merge_proposals(session, runner, ret, changes, &ret->message) < 0) {
        ret->status = STEP_FAILED;
        ret->exit = STATUS_FAILED;
    }
    bool finding = first_failure(ret) != NULL && ret->status == STEP_OK;
    report_step(session, runner, hook, finding ? STEP_FAILED : ret->status, ret->message);
}

int pipeline_check(struct session *session, const struct selection *selection, struct err *err)
{
    struct call_result result;
    struct names failures = {0};
    enum status worst = STATUS_OK;
    size_t at = 0;
    for (struct runner *runner; (runner = next_runner(session, selection, false, &at)) != NULL;) {
        call_step(session, runner, CALL_CHECK, selection->hook, NULL, &result);
        if (result.exit == STATUS_OK)
            continue;
        const char *text =
            mem_printf(session->mem, "step %s: %s", runner->step->name, result.message);
        if (runner->step->ignore_failure && result.exit != STATUS_REJECTED && !interrupt_pending) {
            log_warn(&session->log, "%s (on-failure = ignore)", text);
            leave_out(session, runner);
            continue;
        }
        names_add(session->mem, &failures, text);
        if (worst != STATUS_REJECTED)
            worst = result.exit;
    }
    if (failures.count == 0)
        return 0;
    return err_set(err, worst, "%s", names_join(session->mem, &failures, "\n"));
}

bool pipeline_goes_on(struct session *session, struct runner *runner, const char *why)
{
    if (!runner->step->ignore_failure || interrupt_pending)
        return false;
    log_warn(&session->log, "step %s is left out (on-failure = ignore): %s", runner->step->name,
             why);
    leave_out(session, runner);
    return true;
}

int pipeline_plan(struct session *session, const struct selection *selection,
                  struct change_set *changes, struct err *err)
{
    struct call_result result;
    size_t at = 0;
    for (struct runner *runner; (runner = next_runner(session, selection, false, &at)) != NULL;) {
        call_step(session, runner, CALL_PLAN, selection->hook, changes, &result);
        if (result.status == STEP_OK)
            add_next_steps(session, &result);
        if (result.exit != STATUS_OK && !pipeline_goes_on(session, runner, result.message))
            return err_set(err, result.exit, "step %s: %s", runner->step->name, result.message);
    }
    return 0;
}

/* --- verify --- */

/* What a step publishes is written at once, and is no part of the transaction. */
static void publish_files(struct session *session, const struct runner *runner,
                          const struct call_result *result)
{
    for (size_t i = 0; i < result->report_count; i++) {
        const struct change *file = &result->reports[i];
        const char *real = NULL, *why = NULL;
        int rc = resolve_target(session, runner, file->path, &real, &why);
        if (rc == 0 && (rc = file_replace(session->mem, real, &file->content, 0644)) < 0)
            why = strerror(-rc);
        if (rc < 0)
            log_warn(&session->log, "step %s: cannot write %s: %s", runner->step->name,
                     text_shown(session->mem, file->path), text_shown(session->mem, why));
    }
}

int pipeline_verify(struct session *session, const struct selection *selection, struct err *err)
{
    struct findings *findings = &session->report.findings;
    struct call_result result;
    size_t failures = 0, at = 0;
    session->verified = 0;
    session->culprit = NULL;
    for (struct runner *runner; (runner = next_runner(session, selection, true, &at)) != NULL;) {
        call_step(session, runner, CALL_VERIFY, selection->hook, NULL, &result);
        for (size_t k = 0; k < result.findings.count; k++) {
            *mem_push(session->mem, findings->items, findings->count) = result.findings.items[k];
            failures += result.findings.items[k].verdict == TFHOOK_FAIL;
        }
        if (result.status == STEP_OK)
            publish_files(session, runner, &result);
        session->verified += result.status == STEP_OK;
        add_next_steps(session, &result);
        const struct finding *failure = first_failure(&result);
        if (result.exit != STATUS_OK)
            (void)err_set(err, result.exit, "step %s: %s", runner->step->name, result.message);
        else if (failure != NULL)
            (void)err_set(err, STATUS_FINDING, "step %s: %s: %s: %s", runner->step->name,
                          failure->id, failure->subject, failure->message);
        else
            continue;
        if (session->culprit == NULL)
            session->culprit = runner;
    }
    /* The error names the first; a person must not think that it is the only one. */
    if (session->culprit != NULL && err->status == STATUS_FINDING && failures > 1)
        err->text = mem_printf(session->mem, "%s (and %zu more)", err->text, failures - 1);
    return session->culprit == NULL ? 0 : -1;
}

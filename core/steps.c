#include "steps.h"

#include "child.h"
#include "digest.h"
#include "file.h"
#include "interrupt.h"
#include "place.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool is_elsewhere(const struct run *run, const struct runner *runner)
{
    return !config_names_host(&runner->step->only_on, run->world.hostname);
}

static const char *join(struct mem *mem, const struct names *names)
{
    const char *text = "";
    for (size_t i = 0; i < names->count; i++)
        text = mem_printf(mem, "%s%s%s", text, i > 0 ? ", " : "", names->names[i]);
    return text;
}

static void report_step(struct run *run, const struct runner *runner, const char *hook,
                        enum step_status status, const char *message)
{
    const struct step *step = runner->step;
    if (hook == NULL && step->hooks.count > 0)
        hook = step->hooks.names[0];
    /* A step that is verified after it was planned is one step: the later word stands. */
    for (size_t i = 0; i < run->report.step_count; i++) {
        struct step_report *old = &run->report.steps[i];
        bool same_hook =
            hook == NULL ? old->hook == NULL : old->hook != NULL && strcmp(old->hook, hook) == 0;
        if (strcmp(old->name, step->name) != 0 || !same_hook)
            continue;
        if (status != STEP_OK || message[0] != '\0') {
            old->status = status;
            old->message = message;
        }
        return;
    }
    *mem_push(run->mem, run->report.steps, run->report.step_count) =
        (struct step_report){step->name, runner->plugin.name, hook, status, message};
}

static const char *elsewhere_message(struct run *run, const struct runner *runner)
{
    return mem_printf(run->mem, "only on %s; this host is %s",
                      join(run->mem, &runner->step->only_on), run->world.hostname);
}

static void call(struct run *run, const struct runner *runner, enum call which, const char *hook,
                 struct stage *stage, struct outcome *ret)
{
    const bool has[] = {[CALL_CHECK] = runner->plugin.checks,
                        [CALL_PLAN] = runner->plugin.plans,
                        [CALL_VERIFY] = runner->plugin.verifies};
    if (!has[which]) {
        *ret = (struct outcome){.status = STEP_OK, .exit = STATUS_OK, .message = ""};
        return;
    }
    const struct child_call child = {.call = which,
                                     .world = &run->world,
                                     .talk = &run->talk,
                                     .file = runner->file,
                                     .ruleset = run->ruleset,
                                     .step = runner->step,
                                     .settings = &runner->settings,
                                     .hook = hook,
                                     .stage = stage};
    child_run(run->mem, &child, ret);
}

static const char *step_failed(struct run *run, const struct runner *runner, const char *message)
{
    return mem_printf(run->mem, "step %s: %s", runner->step->name, message);
}

/* --- check --- */

int steps_check(struct run *run, const struct selection *selection, bool to_plan, struct err *err)
{
    const char *all = NULL;
    enum status worst = STATUS_OK;
    for (size_t i = 0; i < run->runner_count; i++) {
        struct runner *runner = &run->runners[i];
        struct outcome outcome;
        if (!run_selects(run, selection, runner, to_plan))
            continue;
        if (is_elsewhere(run, runner)) {
            report_step(run, runner, selection->hook, STEP_SKIPPED, elsewhere_message(run, runner));
            continue;
        }
        call(run, runner, CALL_CHECK, selection->hook, NULL, &outcome);
        report_step(run, runner, selection->hook, outcome.status, outcome.message);
        if (outcome.exit == STATUS_OK)
            continue;
        const char *text = step_failed(run, runner, outcome.message);
        if (runner->step->ignore_failure && outcome.exit != STATUS_REJECTED && !interrupt_pending) {
            talk_warn(&run->talk, "%s (on-failure = ignore)", text);
            runner->dropped = true;
            continue;
        }
        all = all == NULL ? text : mem_printf(run->mem, "%s\n%s", all, text);
        if (worst != STATUS_REJECTED)
            worst = outcome.exit;
    }
    return all == NULL ? 0 : err_set(err, worst, "%s", all);
}

/* --- plan --- */

/* A proposal with what the parent finds out itself: the child's word is not taken for it. */
static int to_change(struct run *run, const struct runner *runner, const struct proposal *proposal,
                     const struct stage *stage, struct change *ret, const char **ret_why)
{
    struct mem *mem = run->mem;
    struct change change = {.action = proposal->action,
                            .step = runner->step->name,
                            .old_sha256 = proposal->old_sha256,
                            .content = proposal->content,
                            .mode = proposal->mode,
                            .secret = proposal->secret};
    bool is_note = strncmp(proposal->path, TFHOOK_NOTES, strlen(TFHOOK_NOTES)) == 0;
    int rc = is_note ? world_resolve(&run->world, mem, runner->step->plugin, proposal->path,
                                     &change.real)
                     : place_resolve(mem, &run->world.root, proposal->path, &change.real, ret_why);
    if (rc < 0 && is_note)
        *ret_why = mem_str(mem, strerror(-rc));
    if (rc < 0)
        return -1;
    change.path = is_note ? root_inside(&run->world.root, change.real) : proposal->path;
    const struct change *staged = stage_find(stage, change.real);
    struct stat st;
    change.existed = staged != NULL ? staged->existed : lstat(change.real, &st) == 0;
    if (change.existed)
        change.old_mode = staged != NULL ? staged->old_mode : (int)(st.st_mode & 07777);
    if (change.action != ACTION_DIRECTORY && change.existed &&
        (change.old_sha256 == NULL || strlen(change.old_sha256) != 64)) {
        *ret_why = "it appeared while the step ran; run tfhook again";
        return -1;
    }
    if (change.action != ACTION_DIRECTORY && !change.existed && change.old_sha256 != NULL) {
        *ret_why = "it is gone since the step read it; run tfhook again";
        return -1;
    }
    if (change.action == ACTION_EDIT) {
        *mem_push(mem, change.edits.items, change.edits.count) = proposal->edit;
        rc = staged != NULL ? 0 : file_read(mem, change.real, FILE_LIMIT, &change.content);
        if (rc < 0) {
            *ret_why = mem_str(mem, strerror(-rc));
            return -1;
        }
    }
    *ret = change;
    return 0;
}

static void add_notes(struct run *run, const struct runner *runner, const struct outcome *outcome,
                      struct stage *stage)
{
    const char *path = NULL; /* of the note before: many are of one path */
    struct change *change = NULL;
    for (size_t i = 0; i < outcome->note_count; i++) {
        const struct note *note = &outcome->notes[i];
        const char *real = NULL;
        if (path == NULL || strcmp(path, note->path) != 0) {
            path = note->path;
            int rc = world_resolve(&run->world, run->mem, runner->step->plugin, path, &real);
            change = rc < 0 ? NULL : stage_find(stage, real);
        }
        if (change != NULL)
            names_add(run->mem, &change->summary, note->text);
    }
}

/* All proposals of a step or none: the stage is copied first. */
static int merge(struct run *run, const struct runner *runner, const struct outcome *outcome,
                 struct stage *stage, const char **ret_why)
{
    struct stage merged = {.mem = run->mem};
    for (size_t i = 0; i < stage->count; i++)
        *mem_push(run->mem, merged.items, merged.count) = stage->items[i];
    for (size_t i = 0; i < outcome->proposal_count; i++) {
        struct change change;
        const char *why = NULL;
        const char *path = outcome->proposals[i].path;
        if (to_change(run, runner, &outcome->proposals[i], &merged, &change, &why) < 0 ||
            stage_add(&merged, &change, &why) < 0) {
            *ret_why = mem_printf(run->mem, "cannot stage %s: %s",
                                  text_escape(run->mem, path, strlen(path)),
                                  text_escape(run->mem, why, strlen(why)));
            return -1;
        }
    }
    add_notes(run, runner, outcome, &merged);
    *stage = merged;
    return 0;
}

static void add_next_steps(struct run *run, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->next_steps.count; i++)
        if (!names_have(&run->report.next_steps, outcome->next_steps.names[i]))
            names_add(run->mem, &run->report.next_steps, outcome->next_steps.names[i]);
}

/* One step's plan, merged. */
static void plan_one(struct run *run, const struct runner *runner, const char *hook,
                     struct stage *stage, struct outcome *outcome)
{
    const char *why = NULL;
    call(run, runner, CALL_PLAN, hook, stage, outcome);
    if (outcome->status == STEP_OK && merge(run, runner, outcome, stage, &why) < 0) {
        outcome->status = STEP_FAILED;
        outcome->exit = STATUS_FAILED;
        outcome->message = why;
    }
}

int steps_plan(struct run *run, const struct selection *selection, struct stage *stage, bool report,
               struct err *err)
{
    for (size_t i = 0; i < run->runner_count; i++) {
        struct runner *runner = &run->runners[i];
        struct outcome outcome;
        if (!run_selects(run, selection, runner, true))
            continue;
        if (is_elsewhere(run, runner)) {
            report_step(run, runner, selection->hook, STEP_SKIPPED, elsewhere_message(run, runner));
            continue;
        }
        if (!runner->plugin.plans) {
            report_step(run, runner, selection->hook, STEP_OK, "");
            continue;
        }
        plan_one(run, runner, selection->hook, stage, &outcome);
        if (report || outcome.exit != STATUS_OK)
            report_step(run, runner, selection->hook, outcome.status, outcome.message);
        if (outcome.exit == STATUS_OK) {
            if (report && outcome.status == STEP_OK)
                add_next_steps(run, &outcome);
            continue;
        }
        if (!runner->step->ignore_failure || interrupt_pending)
            return err_set(err, outcome.exit, "%s", step_failed(run, runner, outcome.message));
        talk_warn(&run->talk, "step %s is left out (on-failure = ignore): %s", runner->step->name,
                  outcome.message);
        runner->dropped = true;
    }
    return 0;
}

/* --- verify --- */

static void publish(struct run *run, const struct runner *runner, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->report_count; i++) {
        const struct proposal *report = &outcome->reports[i];
        const char *real = NULL;
        int rc = world_resolve(&run->world, run->mem, runner->step->plugin, report->path, &real);
        if (rc == 0)
            rc = file_replace(run->mem, real, &report->content, 0644);
        if (rc < 0)
            talk_warn(&run->talk, "step %s: cannot write %s: %s", runner->step->name,
                      text_escape(run->mem, report->path, strlen(report->path)), strerror(-rc));
    }
}

static const struct finding *first_failure(const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->findings.count; i++)
        if (outcome->findings.items[i].verdict == TFHOOK_FAIL)
            return &outcome->findings.items[i];
    return NULL;
}

static int judge(struct run *run, const struct runner *runner, const struct outcome *outcome,
                 struct err *err)
{
    const struct finding *failure = first_failure(outcome);
    if (outcome->exit != STATUS_OK)
        return err_set(err, outcome->exit, "%s", step_failed(run, runner, outcome->message));
    if (failure == NULL)
        return 0;
    return err_set(err, STATUS_FINDING, "step %s: %s: %s: %s", runner->step->name, failure->id,
                   failure->subject, failure->message);
}

/* The error names the first; a person must not think that it is the only one. */
static void count_failures(struct run *run, struct err *err)
{
    size_t failures = 0;
    for (size_t i = 0; i < run->report.findings.count; i++)
        failures += run->report.findings.items[i].verdict == TFHOOK_FAIL;
    if (err->status == STATUS_FINDING && failures > 1)
        err->text = mem_printf(run->mem, "%s (and %zu more)", err->text, failures - 1);
}

int steps_verify(struct run *run, const struct selection *selection, bool planners_only,
                 size_t *ret_verified, struct runner **ret_culprit, struct err *err)
{
    int rc = 0;
    size_t verified = 0;
    for (size_t i = 0; i < run->runner_count; i++) {
        struct runner *runner = &run->runners[i];
        struct outcome outcome;
        if (!run_selects(run, selection, runner, planners_only) || !runner->plugin.verifies)
            continue;
        if (is_elsewhere(run, runner)) {
            report_step(run, runner, selection->hook, STEP_SKIPPED, elsewhere_message(run, runner));
            continue;
        }
        call(run, runner, CALL_VERIFY, selection->hook, NULL, &outcome);
        for (size_t k = 0; k < outcome.findings.count; k++)
            *mem_push(run->mem, run->report.findings.items, run->report.findings.count) =
                outcome.findings.items[k];
        if (outcome.status == STEP_OK)
            publish(run, runner, &outcome);
        verified += outcome.status == STEP_OK;
        bool failed = first_failure(&outcome) != NULL && outcome.status == STEP_OK;
        report_step(run, runner, selection->hook, failed ? STEP_FAILED : outcome.status,
                    outcome.message);
        add_next_steps(run, &outcome);
        if (judge(run, runner, &outcome, err) < 0) {
            if (rc == 0)
                *ret_culprit = runner;
            rc = -1;
        }
    }
    if (ret_verified != NULL)
        *ret_verified = verified;
    if (rc < 0)
        count_failures(run, err);
    return rc;
}

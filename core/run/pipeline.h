/*
 * The steps of a run, in their order, and their calls: each in a child of its own, what it says
 * gathered into the run's report. Then what is made of the calls: a transaction, and phases with
 * hooks around them.
 *
 * Order: pipeline_load(); or pipeline_open_plugins() and pipeline_describe() for plugins without a
 * config. Then the calls, for the steps that a selection names.
 */
#ifndef TFHOOK_PIPELINE_H
#define TFHOOK_PIPELINE_H

#include "loader.h"
#include "session.h"
#include "step_settings.h"

/* A step, its plugin and its checked values. */
struct runner {
    const struct step *step;
    const struct plugin_file *file;
    struct plugin_info plugin;
    struct settings settings;
    bool dropped; /* on-failure = ignore, and it failed */
};

/* The index of a phase; the number of phases when there is none of that name. */
size_t pipeline_find_phase(const struct config *config, const char *name);

/* Config, plugins and settings. All problems are reported; -1 with STATUS_REJECTED then. */
int pipeline_load(struct session *session, struct err *err) __attribute__((warn_unused_result));

/* Opens the plugin directory, if nobody else can change what is in it. Before pipeline_describe().
 */
int pipeline_open_plugins(struct session *session, struct err *err)
    __attribute__((warn_unused_result));

/* That no plugin has this name, with the nearest that there is; NULL: there is its file. */
const char *pipeline_missing_plugin(const struct session *session, const char *name);

/* Fills file and plugin of a runner that has its step: what the descriptor says, asked in a child.
 */
int pipeline_describe(struct session *session, struct runner *runner, struct err *err)
    __attribute__((warn_unused_result));

/* Steps chosen by a hook, else by their names, else all. only_planners: those that cannot plan, and
 * those for failures, are left out. */
struct selection {
    const char *hook;          /* NULL: not by hook */
    const struct names *steps; /* NULL or empty: not by name */
    bool only_planners;
};
bool pipeline_selects(const struct selection *selection, const struct runner *runner);
/* That of the command line. A name that is no step's is a usage error; so is a run without any step
 * (or a verify without one that verifies), which would be no green light. */
int pipeline_select(struct session *session, struct selection *ret, struct err *err)
    __attribute__((warn_unused_result));

/* --- the calls --- */

/* Every selected step's check. Reports all that fail; -1 with STATUS_REJECTED or STATUS_FAILED. */
int pipeline_check(struct session *session, const struct selection *selection, struct err *err)
    __attribute__((warn_unused_result));

/* Every selected step's plan, into `changes`, which later steps see. Stops at the first failure,
 * but a step with on-failure = ignore is dropped with a warning. Steps and next steps are noted in
 * the report. */
int pipeline_plan(struct session *session, const struct selection *selection,
                  struct change_set *changes, struct err *err) __attribute__((warn_unused_result));

/* Whether the run goes on without a step that has failed, which is told then: with on-failure =
 * ignore. It takes no further part. */
bool pipeline_goes_on(struct session *session, struct runner *runner, const char *why);

/* Every selected step's verify. Findings go into the report. -1 with STATUS_FINDING when one is
 * `fail`, STATUS_FAILED when a step could not finish; sets `culprit` and `verified` of the session.
 */
int pipeline_verify(struct session *session, const struct selection *selection, struct err *err)
    __attribute__((warn_unused_result));

/* --- a transaction --- */

/* Steps turned into a committed transaction: plan, show, ask, apply, verify, commit, or all undone.
 * The caller holds the lock.
 *
 * 0, with the transaction's number in report.transaction when there was something to do. -1: all is
 * as it was, or STATUS_STUCK. report.result says which. A step with on-failure = ignore that fails
 * its verification is dropped: all is undone and done again without it. `ask`: the plan is shown,
 * and has to be confirmed, before it is applied. */
int pipeline_apply(struct session *session, const struct selection *selection, bool ask,
                   struct err *err) __attribute__((warn_unused_result));

/* --- phases --- */

/* Phases with the steps hooked around them, for the commands wrap and deploy: a hook's steps are
 * one transaction.
 *
 *     phases_rehearse() before anything runs
 *     -> phases_run(): for each phase the steps at pre-PHASE, its commands, the steps at
 * post-PHASE; what fails ends it, and the steps at post-failure run
 *
 * The lock is held throughout. Once a phase command has started, nothing that was committed before
 * it is undone by itself: the site may use it already; the message names the rollback of each.
 */

struct phase_run {
    const char *name;
    const struct names *commands; /* the words of each */
    const char *const *programs;  /* the OS path of each */
    size_t command_count;
    bool elsewhere; /* its commands are not for this host */
};

/* What the steps at the hooks of these phases check, and would change. */
int phases_rehearse(struct session *session, const struct phase_run *phases, size_t count,
                    struct change_set *changes, struct err *err)
    __attribute__((warn_unused_result));

/* -1 with STATUS_COMMAND_FAILED when a command fails. `resume` is what a message names to go on
 * with the phase at hand, as "tfhook deploy --from"; NULL: nothing. */
int phases_run(struct session *session, const struct phase_run *phases, size_t count,
               const char *resume, struct err *err) __attribute__((warn_unused_result));

#endif

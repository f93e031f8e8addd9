#include "session.h"

#include <stdarg.h>
#include <string.h>

enum color { PLAIN, GREEN, YELLOW, RED, BOLD };

static const char *color_code(const struct session *session, enum color which)
{
    static const char *const codes[] = {"\033[0m", "\033[32m", "\033[33m", "\033[31m", "\033[1m"};
    return session->log.color_out && session->text == stdout ? codes[which] : "";
}

void report_say(const struct session *session, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (session->text != NULL)
        (void)vfprintf(session->text, format, args);
    va_end(args);
}

void report_show_steps(const struct session *session)
{
    static const enum color colors[] = {GREEN, PLAIN, RED, RED, RED};
    for (size_t i = 0; i < session->report.step_count; i++) {
        const struct step_report *step = &session->report.steps[i];
        /* Why a step failed is the error, which is told on stderr. */
        bool tell = step->message[0] != '\0' && step->status <= STEP_SKIPPED;
        report_say(session, "%s%-9s%s %s (%s)%s%s%s%s\n", color_code(session, colors[step->status]),
                   step_status_names[step->status], color_code(session, PLAIN), step->name,
                   step->plugin, step->hook != NULL ? " at " : "",
                   step->hook != NULL ? step->hook : "", tell ? ": " : "",
                   tell ? step->message : "");
    }
}

struct names report_change_lines(struct mem *mem, const struct change *change)
{
    struct names lines = {0};
    for (size_t i = 0; i < change->edits.count; i++) {
        const struct edit *edit = &change->edits.items[i];
        if (edit->old_line != NULL)
            names_add(mem, &lines, mem_printf(mem, "- %s", text_shown(mem, edit->old_line)));
        if (edit->new_line != NULL)
            names_add(mem, &lines, mem_printf(mem, "+ %s", text_shown(mem, edit->new_line)));
    }
    return change->edits.count > 0 ? lines : change->summary;
}

static const char *what_happens(const struct change *change)
{
    static const char *const words[ACTIONS] = {
        [ACTION_WRITE] = "create",
        [ACTION_EDIT] = "edit",
        [ACTION_REMOVE] = "remove",
        [ACTION_DIRECTORY] = "make directory",
        [ACTION_REMOVE_DIRECTORY] = "remove directory, when it is empty,",
    };
    return change->action == ACTION_WRITE && change->existed ? "change" : words[change->action];
}

/* A mode is told when it is not what a reader takes for granted. */
static void show_mode(const struct session *session, const struct change *change)
{
    bool sets = change->action == ACTION_WRITE || change->action == ACTION_DIRECTORY;
    int usual = change->action == ACTION_DIRECTORY ? 0755 : 0644;
    int mode = change->mode < 0 && change->secret ? 0600 : change->mode;
    if (!sets || change->mode == change->old_mode)
        return;
    if (change->existed && change->mode >= 0)
        report_say(session, "    mode %04o -> %04o\n", (unsigned)change->old_mode,
                   (unsigned)change->mode);
    else if (!change->existed && mode >= 0 && mode != usual)
        report_say(session, "    mode %04o\n", (unsigned)mode);
}

static void show_change(const struct session *session, const struct change *change)
{
    /* Where a symbolic link leads, when the path has one. */
    const char *real = root_inside(&session->environment.root, change->real);
    bool linked = strcmp(real, root_inside(&session->environment.root, change->path)) != 0;
    report_say(session, "  %s%s%s %s%s%s\n", color_code(session, BOLD), what_happens(change),
               color_code(session, PLAIN),
               text_shown(session->mem, root_inside(&session->environment.root, change->path)),
               linked ? " -> " : "", linked ? text_shown(session->mem, real) : "");
    const struct names lines = report_change_lines(session->mem, change);
    for (size_t i = 0; i < lines.count; i++) {
        const char *line = lines.names[i];
        if (change->action == ACTION_EDIT)
            report_say(session, "    %s%s%s\n", color_code(session, line[0] == '+' ? GREEN : RED),
                       line, color_code(session, PLAIN));
        else
            report_say(session, "    %s\n", line);
    }
    show_mode(session, change);
    if (change->action != ACTION_WRITE)
        return;
    const char *old = change->existed ? change->old_sha256 : "";
    if (strcmp(old, change->new_sha256) == 0)
        report_say(session, "    the content stays\n");
    else
        report_say(session, "    SHA-256 %.16s%s%.16s..., %zu bytes\n", old,
                   change->existed ? "... -> " : "", change->new_sha256, change->content.size);
}

void report_show_changes(const struct session *session, const struct change_set *changes)
{
    const char *step = "";
    for (size_t i = 0; i < changes->count; i++) {
        if (strcmp(changes->items[i].step, step) != 0) {
            step = changes->items[i].step;
            report_say(session, "\n%s:\n", step);
        }
        show_change(session, &changes->items[i]);
    }
    if (changes->count > 0)
        report_say(session, "\n");
}

void report_show_findings(const struct session *session, size_t first, bool all)
{
    static const enum color colors[] = {GREEN, PLAIN, YELLOW, RED};
    size_t counts[TFHOOK_FAIL + 1] = {0};
    /* Steps that did not end well, and were not to be ignored: what they would have found is
     * unknown.
     */
    size_t broken = 0;
    for (size_t i = 0; i < session->report.step_count; i++)
        broken +=
            session->report.steps[i].status > STEP_SKIPPED && !session->report.steps[i].left_out;
    for (size_t i = first; i < session->report.findings.count; i++) {
        const struct finding *finding = &session->report.findings.items[i];
        counts[finding->verdict]++;
        if (!all && !session->log.verbose && finding->verdict < TFHOOK_WARN)
            continue;
        report_say(session, "%s%s%s %s %s: %s\n", color_code(session, colors[finding->verdict]),
                   verdict_names[finding->verdict], color_code(session, PLAIN), finding->id,
                   finding->subject, finding->message);
        if (finding->hint != NULL)
            report_say(session, "     -> %s\n", finding->hint);
    }
    if (session->report.findings.count > first)
        report_say(session, "%s: %zu passed, %zu warned, %zu failed, %zu skipped%s\n",
                   counts[TFHOOK_FAIL] == 0 && broken == 0 ? "Verified" : "NOT verified",
                   counts[TFHOOK_PASS], counts[TFHOOK_WARN], counts[TFHOOK_FAIL],
                   counts[TFHOOK_SKIP],
                   broken == 0 ? ""
                               : mem_printf(session->mem, ", %zu step%s did not end well", broken,
                                            broken == 1 ? "" : "s"));
}

void report_show_next_steps(const struct session *session)
{
    const struct names *steps = &session->report.next_steps;
    if (steps->count > 0)
        report_say(session, "Next, for a person%s:\n",
                   session->report.command_ran ? ", where the phases have not done it" : "");
    for (size_t i = 0; i < steps->count; i++)
        report_say(session, "  %zu. %s\n", i + 1, steps->names[i]);
}

/*
 * The command `history [SEQ]`: what was done, when, by whom, by which step, to which file. Reads
 * journals only; takes no lock.
 */
#include "commands.h"

static void show_head(const struct session *session, const struct journals *all,
                      const struct journal *journal)
{
    report_say(session, "%6ld  %-7s %s  %s%s%s", journal->seq, txn_phase_names[journal->phase],
               journal->started, journal->command, journal->hook != NULL ? " at " : "",
               journal->hook != NULL ? journal->hook : "");
    if (journal->undoes > 0)
        report_say(session, " of %s%ld", journal->partial ? "a part of " : "", journal->undoes);
    report_say(session, "  by %s on %s", text_shown(session->mem, journal->user),
               text_shown(session->mem, journal->host));
    const struct journal *rollback = NULL;
    while ((rollback = journal_next_rollback(all, journal->seq, rollback)) != NULL)
        report_say(session, "  (rolled back %sby %ld)", rollback->partial ? "in part " : "",
                   rollback->seq);
    report_say(session, "\n");
}

static void show_change(const struct session *session, const struct change *change)
{
    report_say(session, "        %s: %s %s\n", text_shown(session->mem, change->step),
               action_names[change->action], text_shown(session->mem, change->path));
    const struct names lines = report_change_lines(session->mem, change);
    for (size_t i = 0; i < lines.count; i++)
        report_say(session, "            %s\n", lines.names[i]);
    if (change->action != ACTION_DIRECTORY && change->action != ACTION_REMOVE_DIRECTORY)
        report_say(session, "            SHA-256 %s -> %s\n",
                   change->old_sha256 != NULL ? change->old_sha256 : "(no file)",
                   change->new_sha256 != NULL ? change->new_sha256 : "(no file)");
}

int command_history(struct session *session, struct err *err)
{
    struct journals all;
    if (journal_list(session->mem, session->environment.state_dir, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < all.count; i++) {
        struct err unread = {.mem = session->mem};
        struct journal *journal = &all.items[i];
        if (journal_read(session->mem, journal, &unread) < 0) {
            journal->command = "(no journal)";
            journal->user = journal->host = journal->started = "?";
        }
    }
    struct journals *list = mem_alloc(session->mem, sizeof *list);
    for (size_t i = 0; i < all.count; i++) {
        const struct journal *journal = &all.items[i];
        bool named = session->cli.seq == 0 || session->cli.seq == journal->seq;
        if (!named || journal->phase == TXN_GONE)
            continue;
        *mem_push(session->mem, list->items, list->count) = *journal;
        show_head(session, &all, journal);
        for (size_t k = 0; k < journal->count; k++) {
            const struct change *change = &journal->entries[k].change;
            *mem_push(session->mem, session->report.changes.items, session->report.changes.count) =
                *change;
            show_change(session, change);
        }
    }
    if (session->cli.seq != 0 && list->count == 0)
        return err_set(err, STATUS_USAGE, "there is no transaction %ld; see tfhook history",
                       session->cli.seq);
    if (list->count == 0)
        report_say(session, "Nothing was done yet.\n");
    session->report.history = list;
    session->report.transaction = session->cli.seq;
    session->report.result = "unchanged";
    return 0;
}
